extension JinjaMethods {
    /// A method of Python's `str`.
    func call(_ name: String, on text: String, _ call: JinjaCall) throws(ChatError) -> JinjaValue {
        try interpreter.charge(bytes: text.utf8.count)
        switch name {
        case "strip", "lstrip", "rstrip":
            let characters = try interpreter.bind(call, ["chars"], of: name).string("chars")
            return .string(
                PythonText.stripped(
                    text,
                    characters,
                    start: name != "rstrip",
                    end: name != "lstrip"
                )
            )
        case "split", "rsplit": return try split(name, text, call)
        case "splitlines":
            let bound = try interpreter.bind(call, ["keepends"], of: name)
            let lines = PythonText.lines(text, keepingEnds: bound.isTrue("keepends"))
            return try interpreter.list(lines.map { .string($0) })
        case "startswith", "endswith": return .bool(try hasAffix(name, text, call))
        case "removeprefix", "removesuffix": return try removingAffix(name, text, call)
        case "find", "rfind", "index", "rindex", "count": return try search(name, text, call)
        case "partition", "rpartition": return try partition(name, text, call)
        case "replace":
            let bound = try interpreter.bind(call, ["old", "new", "count"], of: name)
            return try replaced(
                text,
                bound.string("old"),
                bound.string("new"),
                bound.integer("count")
            )
        case "join": return try join(text, call)
        case "format": return try interpreter.string(BraceFormat(interpreter).format(text, call))
        case "format_map":
            let mapping = try interpreter.bind(call, ["mapping"], of: name).required("mapping")
            let members = try JinjaGlobals(interpreter).call(
                "dict",
                JinjaCall(positional: [mapping])
            )
            guard case .mapping(let members) = members else { return .none }
            let named = zip(members.keys, members.values).map { ($0.text, $1) }
            return try interpreter.string(
                BraceFormat(interpreter).format(text, JinjaCall(named: named))
            )
        case "expandtabs":
            let width = try interpreter.bind(call, ["tabsize"], of: name).integer("tabsize") ?? 8
            try interpreter.charge(TextSearch.split(text, "\t").count, times: max(width, 0))
            return try interpreter.string(PythonText.expandingTabs(text, width))
        case "center", "ljust", "rjust", "zfill": return try padded(name, text, call)
        default: return try converted(name, text, call)
        }
    }

    /// Methods without arguments.
    private func converted(
        _ name: String,
        _ text: String,
        _ call: JinjaCall
    ) throws(ChatError) -> JinjaValue {
        _ = try interpreter.bind(call, [], of: name)
        switch name {
        case "upper": return .string(text.uppercased())
        case "lower", "casefold": return .string(text.lowercased())
        case "capitalize": return .string(PythonText.capitalized(text))
        case "title": return .string(PythonText.titled(text))
        case "swapcase": return .string(PythonText.swappingCase(text))
        default: return .bool(PythonText.test(name, text))
        }
    }

    /// `text` with parts replaced, once it is known that the result is not too long.
    func replaced(
        _ text: String,
        _ old: String?,
        _ new: String?,
        _ count: Int?
    ) throws(ChatError) -> JinjaValue {
        guard let old, let new else { throw interpreter.problem("'replace' needs two strings.") }
        let limit = count.map { $0 < 0 ? .max : $0 } ?? .max
        let possible = text.utf8.count / max(old.utf8.count, 1) + 1
        try interpreter.charge(min(possible, limit), times: 1)
        let growth = new.utf8.count - old.utf8.count
        if growth > 0 {
            let found = TextSearch.offsets(
                of: Array(old.utf8),
                in: Array(text.utf8),
                limit: limit
            )
            try interpreter.charge(found.count, times: growth)
        }
        return try interpreter.string(TextSearch.replace(text, old, new, limit: limit))
    }

    private func split(
        _ name: String,
        _ text: String,
        _ call: JinjaCall
    ) throws(ChatError) -> JinjaValue {
        let bound = try interpreter.bind(call, ["sep", "maxsplit"], of: name)
        let count = try bound.integer("maxsplit") ?? -1
        let limit = count < 0 ? Int.max : count
        let parts: [String]
        if let separator = try bound.string("sep") {
            guard !separator.isEmpty else { throw interpreter.problem("empty separator.") }
            parts =
                name == "split" || limit == .max
                ? TextSearch.split(text, separator, limit: limit)
                : TextSearch.splitFromEnd(text, separator, limit: limit)
        } else {
            parts = PythonText.words(text, limit: limit, fromEnd: name == "rsplit")
        }
        return try interpreter.list(parts.map { .string($0) })
    }

    /// The affixes that an argument names: a string, or a tuple of strings.
    private func affixes(_ value: JinjaValue) throws(ChatError) -> [String] {
        switch value {
        case .string(let text): return [text]
        case .sequence(let sequence) where sequence.kind == .tuple:
            var texts: [String] = []
            for item in sequence.items { texts += try affixes(item) }
            return texts
        default:
            throw interpreter.problem(
                "a string or a tuple of strings is needed, not "
                    + "'\(value.typeName)'."
            )
        }
    }

    private func hasAffix(
        _ name: String,
        _ text: String,
        _ call: JinjaCall
    ) throws(ChatError) -> Bool {
        let bound = try interpreter.bind(call, ["affix", "start", "end"], of: name)
        let part = PythonText.part(text, try bound.integer("start"), try bound.integer("end"))
        for affix in try affixes(bound.required("affix")) {
            let found =
                name == "startswith"
                ? part.text.utf8.starts(with: affix.utf8)
                : part.text.utf8.suffix(affix.utf8.count).elementsEqual(affix.utf8)
            if found { return true }
        }
        return false
    }

    private func removingAffix(
        _ name: String,
        _ text: String,
        _ call: JinjaCall
    ) throws(ChatError) -> JinjaValue {
        let bound = try interpreter.bind(call, ["affix"], of: name)
        guard let affix = try bound.string("affix") else {
            throw interpreter.problem("'\(name)' needs a string.")
        }
        let count = affix.utf8.count
        if name == "removeprefix" {
            guard text.utf8.starts(with: affix.utf8) else { return .string(text) }
            return .string(String(decoding: text.utf8.dropFirst(count), as: UTF8.self))
        }
        guard text.utf8.suffix(count).elementsEqual(affix.utf8) else { return .string(text) }
        return .string(String(decoding: text.utf8.dropLast(count), as: UTF8.self))
    }

    private func search(
        _ name: String,
        _ text: String,
        _ call: JinjaCall
    ) throws(ChatError) -> JinjaValue {
        let bound = try interpreter.bind(call, ["sub", "start", "end"], of: name)
        guard let wanted = try bound.string("sub") else {
            throw interpreter.problem("'\(name)' needs a string.")
        }
        let part = PythonText.part(text, try bound.integer("start"), try bound.integer("end"))
        if name == "count" {
            guard !wanted.isEmpty else { return .integer(part.text.unicodeScalars.count + 1) }
            let found = TextSearch.offsets(of: Array(wanted.utf8), in: Array(part.text.utf8))
            return .integer(found.count)
        }
        let offset =
            name.hasPrefix("r")
            ? TextSearch.last(wanted, in: part.text) : TextSearch.first(wanted, in: part.text)
        guard let offset else {
            guard name.hasSuffix("find") else { throw interpreter.problem("substring not found.") }
            return .integer(-1)
        }
        // Positions count code points.
        let before = String(decoding: part.text.utf8.prefix(offset), as: UTF8.self)
        return .integer(part.offset + before.unicodeScalars.count)
    }

    private func partition(
        _ name: String,
        _ text: String,
        _ call: JinjaCall
    ) throws(ChatError) -> JinjaValue {
        let bound = try interpreter.bind(call, ["sep"], of: name)
        guard let separator = try bound.string("sep"), !separator.isEmpty else {
            throw interpreter.problem("empty separator.")
        }
        let isForwards = name == "partition"
        let parts =
            isForwards
            ? TextSearch.split(text, separator, limit: 1)
            : TextSearch.splitFromEnd(text, separator, limit: 1)
        if parts.count == 2 {
            return .tuple([.string(parts[0]), .string(separator), .string(parts[1])])
        }
        let empty = JinjaValue.string("")
        return .tuple(isForwards ? [.string(text), empty, empty] : [empty, empty, .string(text)])
    }

    private func join(_ separator: String, _ call: JinjaCall) throws(ChatError) -> JinjaValue {
        let bound = try interpreter.bind(call, ["iterable"], of: "join")
        var texts: [String] = []
        var size = 0
        for (position, item) in try interpreter.items(of: bound.required("iterable")).enumerated() {
            guard case .string(let text) = item else {
                throw interpreter.problem(
                    "sequence item \(position): expected str instance, \(item.typeName) found."
                )
            }
            size += text.utf8.count + separator.utf8.count
            try interpreter.charge(bytes: size > interpreter.maximumBytes ? size : 0)
            texts.append(text)
        }
        try interpreter.charge(bytes: size)
        return .string(texts.joined(separator: separator))
    }

    private func padded(
        _ name: String,
        _ text: String,
        _ call: JinjaCall
    ) throws(ChatError) -> JinjaValue {
        let bound = try interpreter.bind(call, ["width", "fillchar"], of: name)
        let width = try bound.integer("width") ?? 0
        try interpreter.charge(bytes: max(width, 0))
        let filler = try bound.string("fillchar") ?? " "
        guard filler.unicodeScalars.count == 1 else {
            throw interpreter.problem("the fill character must be exactly one character long.")
        }
        switch name {
        case "ljust": return .string(PythonText.padded(text, width, filler, before: 0))
        case "rjust": return .string(PythonText.padded(text, width, filler, before: 1))
        case "center": return .string(PythonText.centered(text, width, filler))
        default:
            let isSigned = text.hasPrefix("-") || text.hasPrefix("+")
            let sign = isSigned ? String(text.unicodeScalars.prefix(1)) : ""
            let digits = String(text.unicodeScalars.dropFirst(sign.unicodeScalars.count))
            let rest = width - sign.unicodeScalars.count
            return .string(sign + PythonText.padded(digits, rest, "0", before: 1))
        }
    }
}
