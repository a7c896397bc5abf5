/// SentencePiece's precompiled normalisation: replacements for byte strings, longest match first.
///
/// Layout: a 32-bit little-endian size; that many bytes of a double-array trie, 32 bits a unit;
/// then zero-terminated replacement strings. In a unit, bits 0-7 and 31 are the label, bit 8 says
/// that a value follows, bit 9 that the offset is in units of 256, and the offset begins at bit
/// 10; in a value unit bits 0-30 are a position in the strings.
/// Source: sentencepiece `normalizer.cc`, darts-clone `DoubleArrayUnit`.
struct CharacterMap: Sendable {
    private static let longest = 256
    private let units: [UInt32]
    private let strings: [UInt8]

    /// Throws: `invalidCharacterMap` when the parts do not fit the size.
    init(_ bytes: [UInt8]) throws(TokenizerError) {
        guard !bytes.isEmpty else {
            units = []
            strings = []
            return
        }
        guard bytes.count > 4 else {
            throw TokenizerError(
                .invalidCharacterMap,
                "tokenizer.ggml.precompiled_charsmap has \(bytes.count) bytes, too few for its "
                    + "header."
            )
        }
        let size = Int(Self.word(bytes, 0))
        guard size % 4 == 0, size < bytes.count - 4, bytes.last == 0 else {
            throw TokenizerError(
                .invalidCharacterMap,
                "tokenizer.ggml.precompiled_charsmap has \(bytes.count) bytes and says that its "
                    + "trie has \(size); strings that end with a zero must follow."
            )
        }
        units = stride(from: 4, to: 4 + size, by: 4).map { Self.word(bytes, $0) }
        strings = Array(bytes[(4 + size)...])
        // Bounds what a text can grow to; Unicode's longest replacement has 33 bytes.
        guard strings.split(separator: 0).allSatisfy({ $0.count <= Self.longest }) else {
            throw TokenizerError(
                .invalidCharacterMap,
                "tokenizer.ggml.precompiled_charsmap has a replacement of more than "
                    + "\(Self.longest) bytes."
            )
        }
    }

    private static func word(_ bytes: [UInt8], _ at: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32($1 * 8) }
    }

    /// The replacement of the longest prefix of `text[start...]` that has one.
    func replacement(_ text: [UInt8], _ start: Int) -> (string: ArraySlice<UInt8>, end: Int)? {
        guard let root = units.first else { return nil }
        var node = Self.offset(root)
        var found: (value: Int, end: Int)?
        var position = start
        while position < text.count, text[position] != 0 {
            node ^= UInt32(text[position])
            guard let unit = unit(node), unit & 0x8000_00FF == UInt32(text[position]) else { break }
            position += 1
            node ^= Self.offset(unit)
            if unit & 0x100 != 0, let value = self.unit(node) {
                found = (Int(value & 0x7FFF_FFFF), position)
            }
        }
        guard let found, found.value < strings.count else { return nil }
        // The strings end with a zero, so there is one from here on.
        let end = strings[found.value...].firstIndex(of: 0) ?? strings.count
        return (strings[found.value..<end], found.end)
    }

    private func unit(_ index: UInt32) -> UInt32? {
        index < units.count ? units[Int(index)] : nil
    }

    private static func offset(_ unit: UInt32) -> UInt32 {
        (unit >> 10) << ((unit & 0x200) >> 6)
    }
}
