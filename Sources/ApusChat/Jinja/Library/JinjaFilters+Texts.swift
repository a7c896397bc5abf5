internal import ApusConversation

extension JinjaFilters {
    /// Filters that give texts.
    static let texts: [String: JinjaFilter] = [
        "string": JinjaFilter { filters, value, _ throws(ChatError) in
            .string(try filters.text(value))
        },
        "safe": JinjaFilter { filters, value, _ throws(ChatError) in
            .string(try filters.text(value))
        },
        "upper": JinjaFilter { filters, value, _ throws(ChatError) in
            .string(try filters.text(value).uppercased())
        },
        "lower": JinjaFilter { filters, value, _ throws(ChatError) in
            .string(try filters.text(value).lowercased())
        },
        "capitalize": JinjaFilter { filters, value, _ throws(ChatError) in
            .string(PythonText.capitalized(try filters.text(value)))
        },
        "title": JinjaFilter { filters, value, _ throws(ChatError) in
            .string(titled(try filters.text(value)))
        },
        "trim": JinjaFilter(["chars"]) { filters, value, bound throws(ChatError) in
            .string(PythonText.stripped(try filters.text(value), try bound.string("chars")))
        },
        "escape": JinjaFilter([], escape), "e": JinjaFilter([], escape),
        "forceescape": JinjaFilter([], escape),
        "replace": JinjaFilter(["old", "new", "count"]) { filters, value, bound throws(ChatError) in
            let old = try filters.text(bound.required("old"))
            let new = try filters.text(bound.required("new"))
            return try JinjaMethods(filters.interpreter).replaced(
                filters.text(value),
                old,
                new,
                bound.integer("count")
            )
        },
        "center": JinjaFilter(["width"]) { filters, value, bound throws(ChatError) in
            let width = try bound.integer("width") ?? 80
            try filters.interpreter.charge(bytes: max(width, 0))
            return .string(PythonText.centered(try filters.text(value), width))
        },
        "indent": JinjaFilter(["width", "first", "blank"], indent),
        "truncate": JinjaFilter(["length", "killwords", "end", "leeway"], truncate),
        "urlencode": JinjaFilter { filters, value, _ throws(ChatError) in
            try filters.urlEncoded(value)
        },
        "tojson": JinjaFilter(["ensure_ascii", "indent", "separators", "sort_keys"], json),
    ]

    private static let escape: JinjaFilter.Body = { filters, value, _ throws(ChatError) in
        let text = try filters.text(value)
        try filters.interpreter.charge(bytes: text.utf8.count * 5)
        var output = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "'": output += "&#39;"
            case "\"": output += "&#34;"
            default: output.unicodeScalars.append(scalar)
            }
        }
        return .string(output)
    }

    /// Words begin after white space, hyphens and opening brackets, as in `do_title`.
    private static func titled(_ text: String) -> String {
        var output = ""
        var startsWord = true
        for scalar in text.unicodeScalars {
            if PythonText.isSpace(scalar) || "-({[<".unicodeScalars.contains(scalar) {
                output.unicodeScalars.append(scalar)
                startsWord = true
            } else {
                let properties = scalar.properties
                output += startsWord ? properties.uppercaseMapping : properties.lowercaseMapping
                startsWord = false
            }
        }
        return output
    }

    private static let indent: JinjaFilter.Body = { filters, value, bound throws(ChatError) in
        let text = try filters.text(value)
        let indentation: String
        if case .string(let given)? = bound["width"] {
            indentation = given
        } else {
            let width = try bound.integer("width") ?? 4
            try filters.interpreter.charge(bytes: max(width, 0))
            indentation = String(repeating: " ", count: max(width, 0))
        }
        let lines = PythonText.lines(text + "\n")
        try filters.interpreter.charge(lines.count, times: indentation.utf8.count)
        var output = bound.isTrue("first") ? indentation : ""
        for (position, line) in lines.enumerated() {
            if position > 0 {
                output += "\n"
                if bound.isTrue("blank") || !line.isEmpty { output += indentation }
            }
            output += line
        }
        return try filters.interpreter.string(output)
    }

    private static let truncate: JinjaFilter.Body = { filters, value, bound throws(ChatError) in
        let text = try filters.text(value)
        let length = try bound.integer("length") ?? 255
        let end = try bound.string("end") ?? "..."
        let leeway = try bound.integer("leeway") ?? 5
        let endLength = end.unicodeScalars.count
        guard length >= endLength, leeway >= 0 else {
            throw filters.interpreter.problem("expected length >= \(endLength), got \(length).")
        }
        let scalars = text.unicodeScalars
        guard scalars.count - leeway > length else { return .string(text) }
        let start = String(scalars.prefix(length - endLength))
        if bound.isTrue("killwords") { return try filters.interpreter.string(start + end) }
        let words = TextSearch.splitFromEnd(start, " ", limit: 1)
        return try filters.interpreter.string(words[0] + end)
    }

    private func urlEncoded(_ value: JinjaValue) throws(ChatError) -> JinjaValue {
        guard case .mapping(let mapping) = value else {
            return .string(percentEncoded(try text(value), safe: "/"))
        }
        var pairs: [String] = []
        for (key, value) in zip(mapping.keys, mapping.values) {
            let key = percentEncoded(try text(key), safe: "")
            let value = percentEncoded(try text(value), safe: "")
            pairs.append(TextSearch.replace(key + "=" + value, "%20", "+"))
        }
        return try interpreter.string(pairs.joined(separator: "&"))
    }

    private func percentEncoded(_ text: String, safe: String) -> String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~".utf8)
            .union(safe.utf8)
        var output: [UInt8] = []
        for byte in text.utf8 {
            if plain.contains(byte) {
                output.append(byte)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                output += Array(((byte < 16 ? "%0" : "%") + digits).utf8)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// As transformers defines it: `json.dumps`, with nothing escaped for HTML.
    private static let json: JinjaFilter.Body = { filters, value, bound throws(ChatError) in
        let interpreter = filters.interpreter
        try interpreter.charge(bytes: value.extent.weight)
        var serializer = JSONSerializer.python
        serializer.escapesNonASCII = bound.isTrue("ensure_ascii")
        serializer.sortsKeys = bound.isTrue("sort_keys")
        if case .string(let text)? = bound["indent"] {
            serializer.indent = text.utf8.count
        } else {
            serializer.indent = try bound.integer("indent").map { min(max($0, 0), 1000) }
        }
        if serializer.indent != nil { serializer.itemSeparator = "," }
        if let separators = bound["separators"], separators.isTrue {
            let texts = try interpreter.items(of: separators)
            guard texts.count == 2, case .string(let item) = texts[0],
                case .string(let key) = texts[1]
            else { throw interpreter.problem("'separators' must be two strings.") }
            (serializer.itemSeparator, serializer.keySeparator) = (item, key)
        }
        let widest =
            value.extent.depth * (serializer.indent ?? 0) + serializer.itemSeparator.utf8.count
            + serializer.keySeparator.utf8.count
        try interpreter.charge(value.extent.weight, times: 1 + widest / 16)
        return try interpreter.string(serializer.string(value.json(line: interpreter.line)))
    }
}
