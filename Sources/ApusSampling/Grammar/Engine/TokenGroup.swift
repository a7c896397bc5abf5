/// A part of the vocabulary whose masks are found together.
struct TokenGroup: Sendable {
    /// The tokens as a tree.
    let trie: TokenTrie
    /// The numbers of characters of the tokens when all of them are plain text.
    let plainLengths: ClosedRange<Int>?
    /// The tokens as bits.
    let words: [UInt64]
    /// For bytes that few tokens have, the places in the tree's list of tokens that do.
    let placesByByte: [UInt8: [Int32]]

    init(_ tokens: [Int32], bytes: TokenBytes, plainLengths: ClosedRange<Int>?, capacity: Int) {
        let sorted = bytes.sorted(tokens)
        trie = TokenTrie(sorted, bytes: bytes)
        self.plainLengths = plainLengths
        var set = TokenBitset(capacity: capacity)
        for token in tokens { set.insert(token) }
        words = set.words
        placesByByte = bytes.places(of: Self.markers, in: sorted)
    }

    /// Bytes that texts with a meaning to the program begin with, such as `<` and `[`.
    static let markers = (UInt8(0x21)...0x7E).filter {
        !(0x30...0x39).contains($0) && !(0x41...0x5A).contains($0) && !(0x61...0x7A).contains($0)
    }
}

/// Groups with a common limit on the length of their tokens.
///
/// How far counters are from their bounds matters only up to this length, so that states that
/// differ by larger counts share their masks.
struct TokenTier: Sendable {
    let groups: [TokenGroup]
    /// Bytes of the longest token.
    let longest: Int
    /// Characters of the longest plain token.
    let longestPlain: Int

    init(_ groups: [TokenGroup], longest: Int) {
        self.groups = groups
        self.longest = longest
        longestPlain = groups.compactMap { $0.plainLengths?.upperBound }.max() ?? 0
    }

    /// Tokens of at most this many bytes are in the first tier.
    static let shortLimit = 16
}
