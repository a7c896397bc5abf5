/// Cuts a text at the tokens that are matched as a whole.
///
/// User-defined tokens always are; control and unknown tokens only when special tokens are to be
/// parsed. The leftmost match wins, of several the longest, as in Hugging Face tokenizers.
///
/// Complexity: O(text bytes x longest of these tokens).
struct SpecialTokenMatcher: Sendable {
    enum Fragment: Equatable {
        case text(Range<Int>)
        case token(Int32)
    }

    /// No text fragment is longer, so that models can count in 32 bits.
    static let longestFragment = 1 << 26

    private let userDefined: ByteTrie
    private let all: ByteTrie
    private let quirks: WhitespaceQuirks

    init(_ texts: TextIndex, _ kinds: [TokenKind], _ quirks: WhitespaceQuirks) {
        let ids = Int32(0)..<Int32(kinds.count)
        userDefined = ByteTrie(
            texts.strings,
            ids: ids.filter { kinds[Int($0)] == .userDefined }
        )
        all = ByteTrie(
            texts.strings,
            ids: ids.filter { kinds[Int($0)] == .userDefined || kinds[Int($0)].isSpecial }
        )
        self.quirks = quirks
    }

    /// The fragments of `text` in order; none is empty.
    func fragments(_ text: [UInt8], parseSpecial: Bool) -> [Fragment] {
        let trie = parseSpecial ? all : userDefined
        var fragments: [Fragment] = []
        var start = 0
        var position = 0
        while position < text.count, !trie.isEmpty {
            guard let match = trie.longestMatch(text, position, text.count) else {
                position += 1
                continue
            }
            var end = position
            if quirks.before.contains(match.id) {
                while end > start, Self.isSpace(text[end - 1]) { end -= 1 }
            }
            append(start..<end, of: text, to: &fragments)
            fragments.append(.token(match.id))
            position = match.end
            if quirks.after.contains(match.id) {
                while position < text.count, Self.isSpace(text[position]) { position += 1 }
            }
            start = position
        }
        append(start..<text.count, of: text, to: &fragments)
        return fragments
    }

    private func append(_ range: Range<Int>, of text: [UInt8], to fragments: inout [Fragment]) {
        var start = range.lowerBound
        while start < range.upperBound {
            var end = min(start + Self.longestFragment, range.upperBound)
            while end < range.upperBound, text[end] & 0xC0 == 0x80 { end += 1 }
            fragments.append(.text(start..<end))
            start = end
        }
    }

    /// C's `isspace`.
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }
}
