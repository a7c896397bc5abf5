/// Remembers, during one encoding, where the tokens of a piece were put, so that they are copied
/// when it occurs again.
///
/// One entry a slot; a newer piece takes the place of an older one.
struct PieceCache {
    private struct Entry {
        var piece: Range<Int>
        var tokens: Range<Int>
    }

    private static let lengths = 2...64
    private var entries: [Entry]
    private let seed = HashSeed.bytes

    /// A cache for a text of about `pieces` pieces.
    init(pieces: Int) {
        var size = 16
        while size < pieces, size < 1 << 14 { size *= 2 }
        entries = [Entry](repeating: Entry(piece: 0..<0, tokens: 0..<0), count: size)
    }

    /// Appends the tokens of an equal piece met before, or else those that `encode` appends.
    mutating func append(
        _ text: [UInt8],
        _ piece: Range<Int>,
        to output: inout [Int32],
        encode: (inout [Int32]) -> Void
    ) {
        guard Self.lengths.contains(piece.count) else {
            encode(&output)
            return
        }
        let slot = slot(text, piece)
        if equal(text, entries[slot].piece, piece) {
            for index in entries[slot].tokens { output.append(output[index]) }
        } else {
            let first = output.count
            encode(&output)
            entries[slot] = Entry(piece: piece, tokens: first..<output.count)
        }
    }

    private func slot(_ text: [UInt8], _ piece: Range<Int>) -> Int {
        var hash = seed
        for index in piece { hash = (hash ^ UInt64(text[index])) &* seed }
        return Int(truncatingIfNeeded: hash >> 40) & (entries.count - 1)
    }

    private func equal(_ text: [UInt8], _ a: Range<Int>, _ b: Range<Int>) -> Bool {
        guard a.count == b.count else { return false }
        for offset in 0..<a.count
        where text[a.lowerBound + offset] != text[b.lowerBound + offset] {
            return false
        }
        return true
    }
}
