/// SentencePiece unigram: the segmentation whose tokens' scores (log probabilities) sum highest.
///
/// User-defined tokens cost nothing. A character without a token costs 10 more than the rarest
/// token; neighbouring unknown characters become one unknown token, or bytes where the vocabulary
/// has tokens for all. Sums are double, as in SentencePiece, so that ties fall the same way.
///
/// Complexity: O(text bytes x longest token).
struct UnigramModel: TokenizationModel {
    private struct Step {
        var score = -Double.greatestFiniteMagnitude
        var token: Int32 = -1
        var start = 0
    }

    private let tokens: ByteTrie
    private let scores: [Double]
    private let unknownScore: Double
    private let fallback: ByteFallback
    private let normalizer: UnigramNormalizer

    /// Throws: `invalidCharacterMap`.
    init(
        _ vocabulary: Vocabulary,
        kinds: [TokenKind],
        addsSpacePrefix: Bool,
        fallback: ByteFallback
    ) throws(TokenizerError) {
        var strings = ByteStrings()
        for token in vocabulary.tokens { strings.append(token.utf8) }
        let ids = Int32(0)..<Int32(kinds.count)
        let matched: Set<TokenKind> = [.normal, .userDefined, .unused]
        tokens = ByteTrie(strings, ids: ids.filter { matched.contains(kinds[Int($0)]) })
        var scores = vocabulary.scores.map(Double.init)
        if scores.isEmpty { scores = [Double](repeating: 0, count: kinds.count) }
        let lowest = zip(scores, kinds).filter { $1 == .normal }.map(\.0).min() ?? 0
        for id in kinds.indices where kinds[id] == .userDefined { scores[id] = 0 }
        self.scores = scores
        unknownScore = lowest - 10
        self.fallback = fallback
        normalizer = UnigramNormalizer(
            map: try CharacterMap(vocabulary.characterMap),
            userDefined: ByteTrie(
                strings,
                ids: ids.filter { kinds[Int($0)] == .userDefined }
            ),
            addsSpacePrefix: addsSpacePrefix,
            removesExtraWhitespace: vocabulary.removesExtraWhitespace ?? false
        )
    }

    func encode(_ text: [UInt8], followsSpecial: Bool, into output: inout [Int32]) {
        let text = normalizer.normalized(text, followsSpecial: followsSpecial)
        let steps = bestSteps(text)
        var path: [Range<Int>] = []
        var end = text.count
        while end > 0 {
            path.append(steps[end].start..<end)
            end = steps[end].start
        }
        let first = output.count
        for span in path.reversed() {
            let token = steps[span.upperBound].token
            if token >= 0 {
                output.append(token)
            } else {
                fallback.append(text, span, to: &output)
            }
        }
        fallback.fuseUnknown(&output, from: first)
    }

    /// For each position the best last token of the text up to there.
    ///
    /// Only positions between characters are reached; each of them is, so a path leads back from
    /// the end.
    private func bestSteps(_ text: [UInt8]) -> [Step] {
        var steps = [Step](repeating: Step(), count: text.count + 1)
        steps[0].score = 0
        var position = 0
        while position < text.count {
            let next = min(position + UTF8Bytes.length(of: text[position]), text.count)
            let score = steps[position].score
            var coversCharacter = false
            var node = ByteTrie.root
            var end = position
            while end < text.count, let child = tokens.step(node, text[end]) {
                node = child
                end += 1
                guard let token = tokens.value(node), end >= next else { continue }
                if end == next { coversCharacter = true }
                let total = score + scores[Int(token)]
                if total > steps[end].score {
                    steps[end] = Step(score: total, token: token, start: position)
                }
            }
            if !coversCharacter, score + unknownScore > steps[next].score {
                steps[next] = Step(
                    score: score + unknownScore,
                    token: -1,
                    start: position
                )
            }
            position = next
        }
        return steps
    }
}

/// SentencePiece's normalisation: the character map, then spaces written U+2581.
struct UnigramNormalizer: Sendable {
    let map: CharacterMap
    /// Tokens that are left as they are.
    let userDefined: ByteTrie
    let addsSpacePrefix: Bool
    let removesExtraWhitespace: Bool

    func normalized(_ text: [UInt8], followsSpecial: Bool = true) -> [UInt8] {
        let addsSpacePrefix = addsSpacePrefix && followsSpecial
        var result: [UInt8] = []
        result.reserveCapacity(text.count + text.count / 2)
        // With extra whitespace removed, the prefix waits for the first text.
        var owesPrefix = addsSpacePrefix && removesExtraWhitespace
        if addsSpacePrefix, !owesPrefix, !text.isEmpty { result += SpaceEscape.space }
        var followsSpace = false
        func append(_ bytes: ArraySlice<UInt8>) {
            for byte in bytes {
                if byte == UInt8(ascii: " ") {
                    followsSpace = true
                    if !removesExtraWhitespace { result += SpaceEscape.space }
                    continue
                }
                let isInner = followsSpace && removesExtraWhitespace && !result.isEmpty
                if owesPrefix || isInner { result += SpaceEscape.space }
                owesPrefix = false
                followsSpace = false
                result.append(byte)
            }
        }
        var position = 0
        while position < text.count {
            if let match = userDefined.longestMatch(text, position, text.count) {
                append(text[position..<match.end])
                position = match.end
            } else if let (string, end) = map.replacement(text, position) {
                append(string)
                position = end
            } else {
                let length = UTF8Bytes.length(of: text[position])
                let end = min(position + length, text.count)
                append(text[position..<end])
                position = end
            }
        }
        return result
    }
}
