/// JSON Pointers (RFC 6901) as text, for paths in messages and in `$ref`.
enum SchemaPointer {
    /// A pointer one step longer.
    static func appending(_ token: String, to pointer: String) -> String {
        guard token.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") })
        else { return "\(pointer)/\(token)" }
        var escaped = ""
        for character in token.unicodeScalars {
            switch character {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return "\(pointer)/\(escaped)"
    }

    /// The steps of a pointer that begins with a slash, or is empty.
    static func tokens(_ pointer: String) -> [String] {
        pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(unescaped)
    }

    /// The text with `%XX` replaced by the bytes they stand for.
    static func percentDecoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let code = rest.prefix(2)
            if byte == UInt8(ascii: "%"), code.count == 2,
                let value = UInt8(String(decoding: code, as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func unescaped(_ token: Substring) -> String {
        var text = ""
        var isEscaped = false
        for scalar in token.unicodeScalars {
            switch (isEscaped, scalar) {
            case (true, "0"): text += "~"
            case (true, "1"): text += "/"
            case (true, _):
                text += "~"
                text.unicodeScalars.append(scalar)
            case (false, "~"): break
            case (false, _): text.unicodeScalars.append(scalar)
            }
            isEscaped = !isEscaped && scalar == "~"
        }
        return isEscaped ? text + "~" : text
    }
}
