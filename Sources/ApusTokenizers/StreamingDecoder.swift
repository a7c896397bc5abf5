/// Turns a stream of tokens into text, in whole characters.
package struct StreamingDecoder: Sendable {
    private let storage: Tokenizer.Storage
    private let skipSpecial: Bool
    private let keeping: Set<Int32>
    /// The next text begins the stream and loses one space.
    private var removesSpace: Bool
    /// The beginning of a character whose other bytes have not come: at most 3 bytes.
    private var pending: [UInt8] = []

    init(
        _ storage: Tokenizer.Storage,
        skipSpecial: Bool,
        keeping: Set<Int32>,
        removesSpace: Bool
    ) {
        self.storage = storage
        self.skipSpecial = skipSpecial
        self.keeping = keeping
        self.removesSpace = removesSpace
    }

    /// The text that `token` completes; empty while a character is incomplete.
    ///
    /// Bytes that can no longer become a character are U+FFFD.
    package mutating func append(_ token: Int32) -> String {
        guard storage.kinds.indices.contains(Int(token)) else { return "" }
        if skipSpecial, storage.kinds[Int(token)].isSpecial, !keeping.contains(token) { return "" }
        var range = storage.pieces.range(Int(token))
        guard !range.isEmpty else { return "" }
        if removesSpace {
            removesSpace = false
            if storage.pieces.bytes[range.lowerBound] == UInt8(ascii: " ") {
                range = range.lowerBound + 1..<range.upperBound
            }
        }
        let piece = storage.pieces.bytes[range]
        if pending.isEmpty, IncompleteUTF8.suffix(of: piece) == 0 {
            return String(decoding: piece, as: UTF8.self)
        }
        pending += piece
        let complete = pending.count - IncompleteUTF8.suffix(of: pending[...])
        defer { pending.removeFirst(complete) }
        return String(decoding: pending[..<complete], as: UTF8.self)
    }

    /// Ends the stream: U+FFFD for a character that stayed incomplete, else nothing.
    package mutating func finish() -> String {
        defer { pending = [] }
        return String(decoding: pending, as: UTF8.self)
    }
}

/// Characters that are cut off at the end of a stretch of bytes.
enum IncompleteUTF8 {
    /// How many bytes at the end of `bytes` begin a character that more bytes could complete.
    ///
    /// Source: Unicode Standard, table 3-7.
    static func suffix(of bytes: ArraySlice<UInt8>) -> Int {
        for length in 1...3 where length <= bytes.count {
            let start = bytes.endIndex - length
            let first = bytes[start]
            if first & 0xC0 == 0x80 { continue }
            guard UTF8Bytes.length(of: first) > length else { return 0 }
            let fits = length == 1 || secondBytes(after: first).contains(bytes[start + 1])
            return fits ? length : 0
        }
        return 0
    }

    private static func secondBytes(after first: UInt8) -> ClosedRange<UInt8> {
        switch first {
        case 0xE0: 0xA0...0xBF
        case 0xED: 0x80...0x9F
        case 0xF0: 0x90...0xBF
        case 0xF4: 0x80...0x8F
        default: 0x80...0xBF
        }
    }
}
