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
        "wordwrap": JinjaFilter(
            ["width", "break_long_words", "wrapstring", "break_on_hyphens"],
            wrap
        ),
        "xmlattr": JinjaFilter(["autospace"], attributes),
        "filesizeformat": JinjaFilter(["binary"], size),
        "urlencode": JinjaFilter { filters, value, _ throws(ChatError) in
            try filters.urlEncoded(value)
        },
        "tojson": JinjaFilter(["ensure_ascii", "indent", "separators", "sort_keys"], json),
    ]

    private static let escape: JinjaFilter.Body = { filters, value, _ throws(ChatError) in
        let text = try filters.text(value)
        try filters.interpreter.charge(bytes: text.utf8.count * 5)
        return .string(PythonText.escapedForHTML(text))
    }

    private static let wrap: JinjaFilter.Body = { filters, value, bound throws(ChatError) in
        guard case .string(let text) = value else {
            try filters.interpreter.requireDefined(value)
            throw filters.interpreter.problem("'wordwrap' needs a string.")
        }
        let width = try bound.integer("width") ?? 79
        guard width > 0 || text.isEmpty else {
            throw filters.interpreter.problem("invalid width \(width) (must be > 0).")
        }
        let end = try bound.string("wrapstring") ?? "\n"
        let layout = TextLayout(
            width: width,
            breaksLongWords: bound["break_long_words"]?.isTrue ?? true,
            breaksOnHyphens: bound["break_on_hyphens"]?.isTrue ?? true
        )
        // Some eight values of a word each.
        try filters.interpreter.charge(text.utf8.count, times: 8 + end.utf8.count)
        let paragraphs = PythonText.lines(text).map { layout.lines($0).joined(separator: end) }
        return try filters.interpreter.string(paragraphs.joined(separator: end))
    }

    private static let attributes: JinjaFilter.Body = { filters, value, bound throws(ChatError) in
        guard case .mapping(let mapping) = value else {
            throw filters.interpreter.problem("'xmlattr' needs a mapping.")
        }
        try filters.interpreter.charge(mapping.extent.weight, times: 5)
        var output = ""
        for (key, value) in zip(mapping.keys, mapping.values) {
            switch value {
            case .none, .undefined: continue
            default: break
            }
            let name = try filters.text(key)
            guard !name.unicodeScalars.contains(where: { PythonText.endsName($0) }) else {
                throw filters.interpreter.problem("invalid character in attribute name: '\(name)'.")
            }
            let text = PythonText.escapedForHTML(try filters.text(value))
            output += (output.isEmpty ? "" : " ") + "\(PythonText.escapedForHTML(name))=\"\(text)\""
        }
        let isSpaced = bound["autospace"]?.isTrue ?? true
        return .string(isSpaced && !output.isEmpty ? " " + output : output)
    }

    private static let size: JinjaFilter.Body = { filters, value, bound throws(ChatError) in
        let call = JinjaCall(positional: [.none])
        let number = try filters.apply("float", to: value, call, JinjaScope(parent: nil))
        guard let bytes = number.doubleValue, bytes.isFinite else {
            throw filters.interpreter.problem("'filesizeformat' needs a number.")
        }
        let isBinary = bound.isTrue("binary")
        let base: Double = isBinary ? 1024 : 1000
        if bytes == 1 { return .string("1 Byte") }
        if bytes < base, let whole = Int(exactly: bytes.rounded(.towardZero)) {
            return .string("\(whole) Bytes")
        }
        var unit = base
        var letter = "Y"
        for next in ["k", "M", "G", "T", "P", "E", "Z", "Y"] {
            unit *= base
            letter = next
            if bytes < unit { break }
        }
        let shown = CNumbers.text(base * bytes / unit, conversion: "f", precision: 1)
        return .string(shown + " " + (isBinary ? letter.uppercased() + "iB" : letter + "B"))
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
        guard case .string(let text) = value else {
            try filters.interpreter.requireDefined(value)
            throw filters.interpreter.problem("'indent' needs a string.")
        }
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
        let length = try bound.integer("length") ?? 255
        let end = try bound.string("end") ?? "..."
        let leeway = try bound.integer("leeway") ?? 5
        let endLength = end.unicodeScalars.count
        guard length >= endLength, leeway >= 0 else {
            throw filters.interpreter.problem("expected length >= \(endLength), got \(length).")
        }
        guard try filters.count(of: value) - leeway > length else { return value }
        guard case .string(let text) = value else {
            throw filters.interpreter.problem("'truncate' needs a string.")
        }
        let scalars = text.unicodeScalars
        let start = String(scalars.prefix(length - endLength))
        if bound.isTrue("killwords") { return try filters.interpreter.string(start + end) }
        let words = TextSearch.splitFromEnd(start, " ", limit: 1)
        return try filters.interpreter.string(words[0] + end)
    }

    private func urlEncoded(_ value: JinjaValue) throws(ChatError) -> JinjaValue {
        let members: [JinjaValue]
        switch value {
        case .mapping(let mapping): members = mapping.items
        case .sequence, .object: members = try interpreter.items(of: value)
        default: return .string(percentEncoded(try text(value), safe: "/"))
        }
        var pairs: [String] = []
        for member in members {
            let parts = try interpreter.items(of: member)
            guard parts.count == 2 else {
                throw interpreter.problem("'urlencode' needs pairs of key and value.")
            }
            let key = percentEncoded(try text(parts[0]), safe: "")
            let value = percentEncoded(try text(parts[1]), safe: "")
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
        var indentation: String?
        if case .string(let text)? = bound["indent"] {
            indentation = text
            serializer.indent = 1
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
        let step = indentation?.utf8.count ?? serializer.indent ?? 0
        let (deepest, overflows) = value.extent.depth.multipliedReportingOverflow(by: step)
        let widest =
            (overflows ? 1 << 40 : min(deepest, 1 << 40)) + serializer.itemSeparator.utf8.count
            + serializer.keySeparator.utf8.count
        try interpreter.charge(value.extent.weight, times: 1 + widest / 16)
        let text = serializer.string(try value.json(line: interpreter.line))
        return try interpreter.string(indentation.map { indented(text, with: $0) } ?? text)
    }

    /// JSON text that is indented by single spaces, indented by another text.
    private static func indented(_ text: String, with indentation: String) -> String {
        var output: [UInt8] = []
        var isLineStart = false
        for byte in text.utf8 {
            if isLineStart, byte == UInt8(ascii: " ") {
                output += Array(indentation.utf8)
            } else {
                isLineStart = byte == UInt8(ascii: "\n")
                output.append(byte)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
