/// `print`, `println`, `printf`, and the functions that escape what they print.
enum GoPrinting {
    static func call(
        _ function: GoFunction,
        _ arguments: [GoValue],
        limit: Int
    ) throws(GoFailure) -> String {
        switch function {
        case .printf:
            guard case .text(let layout) = arguments.first else {
                throw GoFailure("the first argument is a string")
            }
            return try formatted(layout, Array(arguments.dropFirst()), limit)
        case .print: return try joined(arguments, limit)
        case .println:
            let text = try joined(arguments, limit, separatesAll: true)
            return text + "\n"
        default: return try escaped(function, arguments, limit)
        }
    }

    /// Values with a space between two that are no strings, or between all.
    private static func joined(
        _ values: [GoValue],
        _ limit: Int,
        separatesAll: Bool = false
    ) throws(GoFailure) -> String {
        var output = ""
        var previousIsText = true
        for (position, value) in values.enumerated() {
            var isText = false
            if case .text = value { isText = true }
            if position > 0, separatesAll || !isText && !previousIsText { output += " " }
            output += GoFormat().text(value)
            previousIsText = isText
            try check(output, limit)
        }
        return output
    }

    private static func check(_ text: String, _ limit: Int) throws(GoFailure) {
        guard text.utf8.count <= limit else { throw GoFailure.tooLarge }
    }

    // MARK: printf

    private static func formatted(
        _ layout: String,
        _ values: [GoValue],
        _ limit: Int
    ) throws(GoFailure) -> String {
        var output = ""
        var reader = GoFormatReader(layout, values)
        while let piece = reader.next() {
            output += piece
            try check(output, limit)
        }
        return output + reader.surplus
    }

    // MARK: Escaping

    private static func escaped(
        _ function: GoFunction,
        _ arguments: [GoValue],
        _ limit: Int
    ) throws(GoFailure) -> String {
        let printable = arguments.map { $0.isAbsent ? .text("<no value>") : $0 }
        let text = try joined(printable, limit)
        var output = ""
        for scalar in text.unicodeScalars {
            switch function {
            case .html: output += html[scalar] ?? String(Character(scalar))
            case .js: output += script(scalar)
            default: output += query(scalar)
            }
        }
        try check(output, limit)
        return output
    }

    private static let html: [Unicode.Scalar: String] = [
        "\"": "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;", "\0": "\u{FFFD}",
    ]

    private static func script(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\\", "'", "\"": return "\\" + String(Character(scalar))
        case "<", ">", "&", "=": break
        default:
            if scalar.isASCII ? scalar.value >= 0x20 : GoEscapes.isPrintable(scalar) {
                return String(Character(scalar))
            }
        }
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    private static func query(_ scalar: Unicode.Scalar) -> String {
        let text = String(Character(scalar))
        if scalar == " " { return "+" }
        let isPlain =
            scalar.isASCII
            && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
        if isPlain || "-_.~".unicodeScalars.contains(scalar) { return text }
        return text.utf8.map { byte in
            "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
