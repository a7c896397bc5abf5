internal import ApusConversation

/// Reads values as Gemma's models write them.
///
/// Texts stand between markers; lists and objects hold such values, with keys that need no quotes.
/// JSON is read too.
struct BraceLiteral {
    /// Nesting that is accepted.
    static let maximumDepth = 64

    private let bytes: [UInt8]
    private let quote: [UInt8]
    private var position = 0
    private var depth = 0

    private init(_ bytes: [UInt8], quote: [UInt8]) {
        self.bytes = bytes
        self.quote = quote
    }

    /// The value that a text spells; nil when it spells none.
    ///
    /// Complexity: O(count).
    static func parse(_ bytes: [UInt8], quote: [UInt8]) -> JSONValue? {
        var reader = BraceLiteral(bytes, quote: quote)
        guard let value = reader.value() else { return nil }
        reader.skipSpace()
        guard reader.position == bytes.count else { return nil }
        return value
    }

    private mutating func skipSpace() {
        while position < bytes.count, TagSearch.isSpace(bytes[position]) { position += 1 }
    }

    private mutating func takes(_ byte: UInt8) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func value() -> JSONValue? {
        skipSpace()
        guard position < bytes.count, depth < Self.maximumDepth else { return nil }
        depth += 1
        defer { depth -= 1 }
        if let text = quoted() { return .string(text) }
        switch bytes[position] {
        case UInt8(ascii: "["): return list()
        case UInt8(ascii: "{"): return object()
        default: return try? JSONParser.parse(bare(",", "]", "}"))
        }
    }

    private mutating func list() -> JSONValue? {
        position += 1
        var values: [JSONValue] = []
        while !takes(UInt8(ascii: "]")) {
            guard let value = value() else { return nil }
            values.append(value)
            if takes(UInt8(ascii: ",")) { continue }
            guard takes(UInt8(ascii: "]")) else { return nil }
            break
        }
        return .array(values)
    }

    private mutating func object() -> JSONValue? {
        position += 1
        var members = JSONObject()
        while !takes(UInt8(ascii: "}")) {
            skipSpace()
            let key = quoted() ?? String(decoding: bare(":"), as: UTF8.self)
            guard takes(UInt8(ascii: ":")), let value = value() else { return nil }
            members[key] = value
            if takes(UInt8(ascii: ",")) { continue }
            guard takes(UInt8(ascii: "}")) else { return nil }
            break
        }
        return .object(members)
    }

    /// Everything up to one of some letters, without white space around it.
    private mutating func bare(_ ends: Unicode.Scalar...) -> ArraySlice<UInt8> {
        let start = position
        while position < bytes.count, !ends.contains(Unicode.Scalar(bytes[position])) {
            position += 1
        }
        return TagSearch.strippedEnd(bytes[start..<position])
    }

    /// A text between markers, or a JSON string.
    private mutating func quoted() -> String? {
        if bytes[position...].starts(with: quote) {
            let start = position + quote.count
            guard let end = TagSearch.first(of: [quote], in: bytes, from: start)?.offset else {
                return nil
            }
            position = end + quote.count
            return String(decoding: bytes[start..<end], as: UTF8.self)
        }
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { return nil }
        var tracker = JSONStringTracker()
        var end = position
        repeat {
            tracker.take(bytes[end])
            end += 1
        } while end < bytes.count && tracker.isInString
        guard let value = try? JSONParser.parse(bytes[position..<end]) else { return nil }
        position = end
        return value.stringValue
    }
}
