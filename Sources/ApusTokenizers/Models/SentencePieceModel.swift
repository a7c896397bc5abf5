/// SentencePiece byte-pair encoding: of all neighbours that form a token, the pair whose token
/// has the highest score merges first, the leftmost among equals.
///
/// No merge crosses the beginning of a word unless some token holds a word's beginning inside;
/// so text is cut before U+2581, except after the characters for which such tokens exist.
///
/// Complexity: O(n log n) in the longest word, linear in the number of words.
struct SentencePieceModel: TokenizationModel, MergeRules {
    private let addsSpacePrefix: Bool
    private let fallback: ByteFallback
    private var texts: TextIndex
    /// Ranks by id: equal scores, equal ranks.
    private let ranks: [UInt32]
    /// Characters that some token has before a U+2581.
    private var joiners: Set<UInt32> = []

    init(
        _ vocabulary: Vocabulary,
        kinds: [TokenKind],
        addsSpacePrefix: Bool,
        fallback: ByteFallback
    ) {
        self.addsSpacePrefix = addsSpacePrefix
        self.fallback = fallback
        let count = vocabulary.tokens.count
        texts = TextIndex(capacity: count, bytes: count * 6)
        for (token, kind) in zip(vocabulary.tokens, kinds) {
            texts.append(token.utf8, findable: !kind.isSpecial && kind != .byte)
        }
        ranks = Self.ranks(vocabulary.scores, count: count)
        for (token, kind) in zip(vocabulary.tokens, kinds) where !kind.isSpecial {
            insertJoiners(of: token)
        }
    }

    private static func ranks(_ scores: [Float], count: Int) -> [UInt32] {
        var ranks = [UInt32](repeating: 0, count: count)
        let order = scores.indices.sorted { scores[$0] > scores[$1] }
        var rank: UInt32 = 0
        for (place, id) in order.enumerated() {
            if place > 0, scores[id] != scores[order[place - 1]] { rank += 1 }
            ranks[id] = rank
        }
        return ranks
    }

    private mutating func insertJoiners(of token: String) {
        var previous: UInt32?
        for scalar in token.unicodeScalars {
            if scalar.value == 0x2581, let previous, previous != 0x2581 {
                joiners.insert(previous)
            }
            previous = scalar.value
        }
    }

    func merge(_ left: Symbol, _ right: Symbol, in text: [UInt8]) -> Merge? {
        guard let id = texts.id(of: text, left.start..<right.end) else { return nil }
        return Merge(rank: ranks[Int(id)], result: id)
    }

    func encode(_ text: [UInt8], followsSpecial: Bool, into tokens: inout [Int32]) {
        let first = tokens.count
        var escaped = SpaceEscape.escaped(text)
        if addsSpacePrefix, followsSpecial { escaped.insert(contentsOf: SpaceEscape.space, at: 0) }
        var cache = PieceCache(pieces: escaped.count / 4)
        var merger = PairMerger()
        var start = 0
        while start < escaped.count {
            let word = start..<wordEnd(escaped, start)
            cache.append(escaped, word, to: &tokens) { output in
                encode(escaped, word, &merger, into: &output)
            }
            start = word.upperBound
        }
        fallback.fuseUnknown(&tokens, from: first)
    }

    private func wordEnd(_ text: [UInt8], _ start: Int) -> Int {
        var position = start
        var previous: UInt32 = 0x2581
        while position < text.count {
            let (scalar, length) = UTF8Bytes.scalar(text, position, text.count)
            if scalar == 0x2581, previous != 0x2581, !joiners.contains(previous) { break }
            position += length
            previous = scalar
        }
        return position
    }

    private func encode(
        _ text: [UInt8],
        _ word: Range<Int>,
        _ merger: inout PairMerger,
        into tokens: inout [Int32]
    ) {
        merger.removeAll()
        var position = word.lowerBound
        while position < word.upperBound {
            let length = UTF8Bytes.length(of: text[position])
            let end = min(position + length, word.upperBound)
            merger.append(Symbol(id: -1, start: position, end: end))
            position = end
        }
        merger.run(self, in: text)
        for symbol in merger.symbols { append(symbol, text, to: &tokens) }
    }

    private func append(_ symbol: Symbol, _ text: [UInt8], to tokens: inout [Int32]) {
        let range = symbol.start..<symbol.end
        if let id = symbol.id >= 0 ? symbol.id : texts.id(of: text, range) {
            tokens.append(id)
        } else {
            fallback.append(text, range, to: &tokens)
        }
    }
}
