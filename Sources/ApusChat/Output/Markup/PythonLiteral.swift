internal import ApusConversation

/// Reads Python's literals: strings, numbers, truth values, None, lists, tuples and dictionaries.
///
/// JSON is read too: `true`, `false`, `null`, and strings with JSON's escapes. Unlike Python, a
/// string has no prefix letter, and strings side by side are not joined.
/// Source: The Python Language Reference, 2.4 Literals, 6.2.5–6.2.7 Displays.
struct PythonLiteral {
    /// Nesting that is accepted.
    static let maximumDepth = 64

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The value that a text spells; nil when it spells none.
    ///
    /// Complexity: O(count).
    static func parse(_ bytes: [UInt8]) -> JSONValue? {
        var reader = PythonLiteral(bytes)
        guard let value = reader.value() else { return nil }
        reader.skipSpace()
        guard reader.position == bytes.count else { return nil }
        return value
    }

    /// The bytes that the inside of a string between single quotes stands for.
    static func unescaped(_ bytes: [UInt8]) -> [UInt8] {
        var reader = PythonLiteral(bytes)
        var text: [UInt8] = []
        while let byte = reader.current {
            reader.position += 1
            if byte == UInt8(ascii: "\\") { reader.escape(&text) } else { text.append(byte) }
        }
        return text
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = current, TagSearch.isSpace(byte) { position += 1 }
    }

    private mutating func takes(_ byte: UInt8) -> Bool {
        skipSpace()
        guard current == byte else { return false }
        position += 1
        return true
    }

    private mutating func value() -> JSONValue? {
        skipSpace()
        guard let byte = current, depth < Self.maximumDepth else { return nil }
        depth += 1
        defer { depth -= 1 }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return string().map { .string($0) }
        case UInt8(ascii: "["): return list(UInt8(ascii: "]")).map { .array($0.values) }
        case UInt8(ascii: "("):
            guard let list = list(UInt8(ascii: ")")) else { return nil }
            // Parentheses without a comma only group.
            if list.values.count == 1, !list.hasComma { return list.values.first }
            return .array(list.values)
        case UInt8(ascii: "{"): return dictionary()
        default: return word()
        }
    }

    private mutating func list(_ end: UInt8) -> (values: [JSONValue], hasComma: Bool)? {
        position += 1
        var values: [JSONValue] = []
        var hasComma = false
        while !takes(end) {
            guard let value = value() else { return nil }
            values.append(value)
            if !takes(UInt8(ascii: ",")) { return takes(end) ? (values, hasComma) : nil }
            hasComma = true
        }
        return (values, hasComma)
    }

    private mutating func dictionary() -> JSONValue? {
        position += 1
        var members = JSONObject()
        while !takes(UInt8(ascii: "}")) {
            guard let key = value(), takes(UInt8(ascii: ":")), let value = value() else {
                return nil
            }
            switch key {
            case .string(let name): members[name] = value
            case .integer, .bool: members[key.description] = value
            default: return nil
            }
            if takes(UInt8(ascii: ",")) { continue }
            guard takes(UInt8(ascii: "}")) else { return nil }
            break
        }
        return .object(members)
    }

    private mutating func word() -> JSONValue? {
        let start = position
        while let byte = current, Self.isWord(byte) { position += 1 }
        let word = String(decoding: bytes[start..<position], as: UTF8.self)
        switch word {
        case "True", "true": return .bool(true)
        case "False", "false": return .bool(false)
        case "None", "null": return .null
        default: return Self.number(word)
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: "+"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static func number(_ word: String) -> JSONValue? {
        let text = word.filter { $0 != "_" }
        guard text.utf8.contains(where: { (0x30...0x39).contains($0) }),
            text.utf8.allSatisfy({ "0123456789.eE+-".utf8.contains($0) })
        else { return nil }
        if let integer = Int64(text) { return .integer(integer) }
        guard let double = Double(text), double.isFinite else { return nil }
        return .double(double)
    }
}

// MARK: - Strings

extension PythonLiteral {
    private mutating func string() -> String? {
        let quote = bytes[position]
        let isLong = bytes[position...].starts(with: [quote, quote, quote])
        position += isLong ? 3 : 1
        var text: [UInt8] = []
        while let byte = current {
            if byte == quote, !isLong || bytes[position...].starts(with: [quote, quote, quote]) {
                position += isLong ? 3 : 1
                return String(decoding: text, as: UTF8.self)
            }
            position += 1
            if byte == UInt8(ascii: "\\") { escape(&text) } else { text.append(byte) }
        }
        return nil
    }

    /// Reads what follows a backslash; an unknown escape stands for itself.
    private mutating func escape(_ text: inout [UInt8]) {
        guard let byte = current else { return }
        position += 1
        switch byte {
        case 0x0A: break
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "v"): text.append(0x0B)
        case UInt8(ascii: "a"): text.append(0x07)
        case UInt8(ascii: "0"): text.append(0)
        case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "/"):
            text.append(byte)
        case UInt8(ascii: "x"): scalar(byte, digits: 2, &text)
        case UInt8(ascii: "u"): scalar(byte, digits: 4, &text)
        case UInt8(ascii: "U"): scalar(byte, digits: 8, &text)
        default: text += [UInt8(ascii: "\\"), byte]
        }
    }

    private mutating func scalar(_ letter: UInt8, digits: Int, _ text: inout [UInt8]) {
        guard var value = hexadecimal(digits) else {
            text += [UInt8(ascii: "\\"), letter]
            return
        }
        // JSON writes scalars beyond 16 bits as two surrogates.
        if (0xD800..<0xDC00).contains(value), bytes[position...].starts(with: Array("\\u".utf8)) {
            let start = position
            position += 2
            if let low = hexadecimal(4), (0xDC00..<0xE000).contains(low) {
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            } else {
                position = start
            }
        }
        let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
        text += Array(String(Character(scalar)).utf8)
    }

    private mutating func hexadecimal(_ digits: Int) -> UInt32? {
        guard bytes.count - position >= digits else { return nil }
        let text = String(decoding: bytes[position..<position + digits], as: UTF8.self)
        guard text.utf8.first.map({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) == true,
            let value = UInt32(text, radix: 16)
        else { return nil }
        position += digits
        return value
    }
}
