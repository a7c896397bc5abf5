extension JSONParser {
    /// Reads a string, from its opening quote to its closing one.
    mutating func string(_ bytes: Span<UInt8>) throws(JSONError) -> String {
        position += 1
        let start = position
        skipPlain(bytes)
        if try current(bytes) == UInt8(ascii: "\"") {
            let text = try text(bytes.extracting(start..<position), offset: start)
            position += 1
            return text
        }
        return try escapedString(bytes, start: start)
    }

    /// The rest of a string that has escapes; its bytes begin at `start`.
    private mutating func escapedString(
        _ bytes: Span<UInt8>,
        start: Int
    ) throws(JSONError) -> String {
        var decoded: [UInt8] = []
        var runStart = start
        while true {
            bytes.extracting(runStart..<position).withUnsafeBufferPointer {
                decoded.append(contentsOf: $0)
            }
            let byte = try current(bytes)
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return try decoded.withUnsafeBufferPointer { decoded throws(JSONError) in
                    try text(decoded.span, offset: start)
                }
            case UInt8(ascii: "\\"):
                try escape(bytes, into: &decoded)
            default:
                throw JSONError(
                    .invalidString,
                    at: position,
                    "a control character stands in a string"
                )
            }
            runStart = position
            skipPlain(bytes)
        }
    }

    /// Steps to the next byte that is a quote, a backslash or a control character.
    private mutating func skipPlain(_ bytes: Span<UInt8>) {
        let raw = bytes.bytes
        // Eight bytes at a time: images arrive as strings of megabytes.
        while position <= raw.byteCount - 8 {
            let word = raw.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
            if Self.hasSpecialByte(word) { break }
            position += 8
        }
        while position < bytes.count {
            let byte = bytes[position]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
            position += 1
        }
    }

    /// Whether one of the eight bytes is a quote, a backslash or below 0x20.
    ///
    /// After "Bit Twiddling Hacks" (Anderson), sections "haszero" and "hasless".
    private static func hasSpecialByte(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let found =
            ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
            | ((word &- (ones &* 0x20)) & ~word)
        return found & (ones &* 0x80) != 0
    }

    private func text(_ bytes: Span<UInt8>, offset: Int) throws(JSONError) -> String {
        let text = bytes.withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) }
        guard let text else {
            throw JSONError(.invalidUTF8, at: offset, "the string that starts here is no UTF-8")
        }
        return text
    }

    /// Decodes one escape sequence, from its backslash on.
    private mutating func escape(
        _ bytes: Span<UInt8>,
        into decoded: inout [UInt8]
    ) throws(JSONError) {
        position += 1
        let byte = try current(bytes)
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(byte)
        case UInt8(ascii: "b"): decoded.append(0x08)
        case UInt8(ascii: "f"): decoded.append(0x0C)
        case UInt8(ascii: "n"): decoded.append(0x0A)
        case UInt8(ascii: "r"): decoded.append(0x0D)
        case UInt8(ascii: "t"): decoded.append(0x09)
        case UInt8(ascii: "u"):
            decoded.append(contentsOf: String(Character(try scalar(bytes))).utf8)
        default:
            throw JSONError(.invalidString, at: position - 1, "no escape sequence has this letter")
        }
    }

    /// Decodes the digits of `\uXXXX`, with those of a second escape when they are a pair.
    private mutating func scalar(_ bytes: Span<UInt8>) throws(JSONError) -> Unicode.Scalar {
        let replacement: Unicode.Scalar = "\u{FFFD}"
        let first = try codeUnit(bytes)
        guard (0xD800...0xDBFF).contains(first) else {
            return Unicode.Scalar(first) ?? replacement
        }
        guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { return replacement }
        let afterFirst = position
        position += 2
        let second = try codeUnit(bytes)
        guard (0xDC00...0xDFFF).contains(second) else {
            position = afterFirst
            return replacement
        }
        return Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)) ?? replacement
    }

    private mutating func codeUnit(_ bytes: Span<UInt8>) throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            let byte = try current(bytes)
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default:
                throw JSONError(
                    .invalidString,
                    at: position,
                    "four hexadecimal digits must follow '\\u'"
                )
            }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }
}
