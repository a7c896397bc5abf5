/// Reads JSON text (RFC 8259) strictly, from UTF-8 bytes.
///
/// Differences that RFC 8259 leaves to the reader: a repeated key keeps its first position and its
/// last value; an escaped lone surrogate becomes U+FFFD (as in Go); whole numbers beyond 64 bits
/// become doubles; numbers beyond the range of a double are an error, as is a byte order mark.
package struct JSONParser {
    /// Nesting that is accepted unless the caller says otherwise.
    package static let defaultMaximumDepth = 128
    /// Values that the body of a client's request may hold.
    ///
    /// Two million tokens fit, or the largest batch; a few bytes of JSON can take a hundred of memory.
    package static let maximumRequestValues = 1 << 21

    /// Where the next byte is read.
    var position = 0
    private var remainingDepth: Int
    private var remainingValues: Int

    private init(maximumDepth: Int, maximumValues: Int = .max) {
        remainingDepth = maximumDepth
        remainingValues = maximumValues
    }

    /// The value that `bytes` spell, with nothing but white space around it.
    ///
    /// Every number, text, array and so on counts toward `maximumValues`; keys do not.
    /// Complexity: O(count). Input with contiguous storage is not copied.
    /// Throws: `JSONError` with the offset of the first offending byte.
    package static func parse(
        _ bytes: some Sequence<UInt8>,
        maximumDepth: Int = defaultMaximumDepth,
        maximumValues: Int = .max
    ) throws(JSONError) -> JSONValue {
        let result = bytes.withContiguousStorageIfAvailable { storage in
            parseResult(storage, maximumDepth, maximumValues)
        }
        if let result { return try result.get() }
        return try parse(
            Array(bytes),
            maximumDepth: maximumDepth,
            maximumValues: maximumValues
        )
    }

    /// The value that `text` spells; see `parse(_:maximumDepth:)` for bytes.
    package static func parse(
        _ text: String,
        maximumDepth: Int = defaultMaximumDepth
    ) throws(JSONError) -> JSONValue {
        var text = text
        return try text.withUTF8 { parseResult($0, maximumDepth, .max) }.get()
    }

    /// The first value of `bytes` and how many bytes it takes with the white space before it;
    /// what follows is not looked at.
    ///
    /// A number at the very end counts as complete. Throws: as `parse`; `unexpectedEnd` says that
    /// more bytes might complete the value.
    package static func parsePrefix(
        _ bytes: [UInt8],
        maximumDepth: Int = defaultMaximumDepth
    ) throws(JSONError) -> (value: JSONValue, count: Int) {
        try bytes.withUnsafeBufferPointer { storage throws(JSONError) in
            var parser = JSONParser(maximumDepth: maximumDepth)
            let value = try parser.value(storage.span)
            return (value, parser.position)
        }
    }

    private static func parseResult(
        _ storage: UnsafeBufferPointer<UInt8>,
        _ maximumDepth: Int,
        _ maximumValues: Int
    ) -> Result<JSONValue, JSONError> {
        let parser = JSONParser(maximumDepth: maximumDepth, maximumValues: maximumValues)
        do throws(JSONError) {
            return .success(try parse(span: storage.span, parser))
        } catch {
            return .failure(error)
        }
    }

    private static func parse(
        span: Span<UInt8>,
        _ parser: consuming JSONParser
    ) throws(JSONError) -> JSONValue {
        let value = try parser.value(span)
        parser.skipSpace(span)
        guard parser.position == span.count else {
            throw JSONError(
                .trailingData,
                at: parser.position,
                "the text goes on after its value"
            )
        }
        return value
    }

    private mutating func value(_ bytes: Span<UInt8>) throws(JSONError) -> JSONValue {
        skipSpace(bytes)
        guard remainingValues > 0 else {
            throw JSONError(.tooManyValues, at: position, "there are more values than allowed")
        }
        remainingValues -= 1
        switch try current(bytes) {
        case UInt8(ascii: "{"): return try object(bytes)
        case UInt8(ascii: "["): return try array(bytes)
        case UInt8(ascii: "\""): return .string(try string(bytes))
        case UInt8(ascii: "t"): return try word("true", .bool(true), bytes)
        case UInt8(ascii: "f"): return try word("false", .bool(false), bytes)
        case UInt8(ascii: "n"): return try word("null", .null, bytes)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number(bytes)
        case let byte: throw unexpected(byte, "a value")
        }
    }

    private mutating func object(_ bytes: Span<UInt8>) throws(JSONError) -> JSONValue {
        try descend()
        var object = JSONObject()
        if try !closes(UInt8(ascii: "}"), bytes) {
            repeat {
                skipSpace(bytes)
                let start = try current(bytes)
                guard start == UInt8(ascii: "\"") else { throw unexpected(start, "a key") }
                let key = try string(bytes)
                skipSpace(bytes)
                let colon = try current(bytes)
                guard colon == UInt8(ascii: ":") else { throw unexpected(colon, "':'") }
                position += 1
                object[key] = try value(bytes)
            } while try continues(UInt8(ascii: "}"), bytes)
        }
        remainingDepth += 1
        return .object(object)
    }

    private mutating func array(_ bytes: Span<UInt8>) throws(JSONError) -> JSONValue {
        try descend()
        var elements: [JSONValue] = []
        if try !closes(UInt8(ascii: "]"), bytes) {
            repeat {
                elements.append(try value(bytes))
            } while try continues(UInt8(ascii: "]"), bytes)
        }
        remainingDepth += 1
        return .array(elements)
    }

    /// Steps over an opening bracket.
    private mutating func descend() throws(JSONError) {
        guard remainingDepth > 0 else {
            throw JSONError(.tooDeep, at: position, "arrays and objects are nested too deep")
        }
        remainingDepth -= 1
        position += 1
    }

    /// Whether the bracket just opened is closed at once; the closing one is then stepped over.
    private mutating func closes(_ end: UInt8, _ bytes: Span<UInt8>) throws(JSONError) -> Bool {
        skipSpace(bytes)
        guard try current(bytes) == end else { return false }
        position += 1
        return true
    }

    /// Steps over a comma (true: an element follows) or the closing bracket (false).
    private mutating func continues(_ end: UInt8, _ bytes: Span<UInt8>) throws(JSONError) -> Bool {
        skipSpace(bytes)
        let byte = try current(bytes)
        guard byte == UInt8(ascii: ",") || byte == end else {
            throw unexpected(byte, "',' or '\(Character(Unicode.Scalar(end)))'")
        }
        position += 1
        return byte != end
    }

    private mutating func word(
        _ word: StaticString,
        _ value: JSONValue,
        _ bytes: Span<UInt8>
    ) throws(JSONError) -> JSONValue {
        for offset in 0..<word.utf8CodeUnitCount {
            let byte = try current(bytes)
            guard byte == word.utf8Start[offset] else { throw unexpected(byte, "'\(word)'") }
            position += 1
        }
        return value
    }

    private mutating func skipSpace(_ bytes: Span<UInt8>) {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    func current(_ bytes: Span<UInt8>) throws(JSONError) -> UInt8 {
        guard position < bytes.count else {
            throw JSONError(.unexpectedEnd, at: position, "the text ends inside a value")
        }
        return bytes[position]
    }

    func unexpected(_ byte: UInt8, _ expected: String) -> JSONError {
        let shown =
            (0x21...0x7E).contains(byte)
            ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
        return JSONError(.unexpectedByte, at: position, "\(shown) where \(expected) is expected")
    }
}
