extension JinjaFilters {
    /// Filters that give numbers, and `default`.
    static let numbers: [String: JinjaFilter] = [
        "abs": JinjaFilter { filters, value, _ throws(ChatError) in
            if let number = value.integerValue {
                return number < 0
                    ? try filters.interpreter.compute(.minus, value) : .integer(number)
            }
            guard let number = value.doubleValue else {
                try filters.interpreter.requireDefined(value)
                throw filters.interpreter.problem(
                    "bad operand type for abs(): '\(value.typeName)'."
                )
            }
            return .double(abs(number))
        },
        "int": JinjaFilter(["default", "base"], integer),
        "float": JinjaFilter(["default"]) { filters, value, bound throws(ChatError) in
            try filters.interpreter.requireDefined(value)
            if let number = value.doubleValue { return .double(number) }
            if case .string(let text) = value, let number = double(text) { return .double(number) }
            return bound["default"] ?? .double(0)
        },
        "round": JinjaFilter(["precision", "method"], round),
        "length": JinjaFilter([], length), "count": JinjaFilter([], length),
        "wordcount": JinjaFilter { filters, value, _ throws(ChatError) in
            .integer(try wordCount(filters.text(value)))
        },
        "default": JinjaFilter(["default_value", "boolean"], fallback),
        "d": JinjaFilter(["default_value", "boolean"], fallback),
    ]

    private static let fallback: JinjaFilter.Body = { _, value, bound throws(ChatError) in
        let replaces = value.isUndefined || (bound.isTrue("boolean") && !value.isTrue)
        return replaces ? bound["default_value"] ?? .string("") : value
    }

    private static let length: JinjaFilter.Body = { filters, value, _ throws(ChatError) in
        .integer(try filters.count(of: value))
    }

    /// Python's `len(value)`.
    func count(of value: JinjaValue) throws(ChatError) -> Int {
        switch value {
        case .undefined: return 0
        case .string(let text):
            try interpreter.charge(bytes: text.utf8.count)
            return text.unicodeScalars.count
        case .sequence(let sequence): return sequence.items.count
        case .mapping(let mapping): return mapping.count
        default: throw interpreter.problem("object of type '\(value.typeName)' has no len().")
        }
    }

    private static let integer: JinjaFilter.Body = { filters, value, bound throws(ChatError) in
        try filters.interpreter.requireDefined(value)
        let fallback = bound["default"] ?? .integer(0)
        switch value {
        case .double(let number):
            return Int(exactly: number.rounded(.towardZero)).map { .integer($0) } ?? fallback
        case .string(let text):
            let base = try bound.integer("base") ?? 10
            if let number = integer(text, base: base) { return .integer(number) }
            let number = double(text)?.rounded(.towardZero)
            return number.flatMap { Int(exactly: $0) }.map { .integer($0) } ?? fallback
        default: return value.integerValue.map { .integer($0) } ?? fallback
        }
    }

    /// A number as Python's `int(text, base)` reads it.
    private static func integer(_ text: String, base: Int) -> Int? {
        var digits = PythonText.stripped(text).lowercased()
        guard (2...36).contains(base), !digits.hasSuffix("_"), !digits.hasPrefix("_") else {
            return nil
        }
        var isNegative = false
        if digits.hasPrefix("-") || digits.hasPrefix("+") {
            isNegative = digits.removeFirst() == "-"
        }
        if let prefix = [16: "0x", 8: "0o", 2: "0b"][base], digits.hasPrefix(prefix) {
            digits.removeFirst(2)
        }
        digits = TextSearch.replace(digits, "_", "")
        guard let first = digits.utf8.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "+")
        else { return nil }
        return Int((isNegative ? "-" : "") + digits, radix: base)
    }

    /// A number as Python's `float(text)` reads it.
    private static func double(_ text: String) -> Double? {
        let digits = PythonText.stripped(text).lowercased()
        // Swift also reads hexadecimal numbers, which Python does not.
        guard !digits.utf8.contains(UInt8(ascii: "x")), !digits.hasPrefix("_"),
            !digits.hasSuffix("_")
        else { return nil }
        return Double(TextSearch.replace(digits, "_", ""))
    }

    private static let round: JinjaFilter.Body = { filters, value, bound throws(ChatError) in
        let precision = try bound.integer("precision") ?? 0
        let method = try bound.string("method") ?? "common"
        guard let number = value.doubleValue else {
            try filters.interpreter.requireDefined(value)
            throw filters.interpreter.problem("type '\(value.typeName)' cannot be rounded.")
        }
        switch method {
        case "common":
            guard let whole = value.integerValue else {
                return .double(CNumbers.rounded(number, digits: precision))
            }
            return .integer(
                precision >= 0
                    ? whole : Int(exactly: CNumbers.rounded(number, digits: precision)) ?? 0
            )
        case "ceil", "floor":
            let scale = CNumbers.power(10, Double(precision))
            let rule: FloatingPointRoundingRule = method == "ceil" ? .up : .down
            // Python's result has no sign when it is zero.
            return .double(((number * scale).rounded(rule) + 0) / scale)
        default: throw filters.interpreter.problem("method must be common, ceil or floor.")
        }
    }

    private static func wordCount(_ text: String) -> Int {
        var count = 0
        var isInWord = false
        for scalar in text.unicodeScalars {
            let isWord = scalar == "_" || PythonText.test("isalnum", String(Character(scalar)))
            if isWord, !isInWord { count += 1 }
            isInWord = isWord
        }
        return count
    }
}
