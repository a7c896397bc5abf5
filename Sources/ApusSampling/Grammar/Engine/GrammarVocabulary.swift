/// The tokens of a model as grammars see them.
///
/// Ordinary tokens are sorted into trees, special ones kept by their text. A token may be both. One
/// that is neither and ends nothing, or whose text is empty, is never allowed.
package final class GrammarVocabulary: Sendable {
    /// Tokens are `0..<count`.
    let count: Int
    /// The bytes of ordinary tokens; empty for all others.
    let bytes: TokenBytes
    /// Short tokens, then long ones.
    let tiers: [TokenTier]
    /// Bytes of the longest token.
    let longest: Int
    /// Special tokens by their text, each list sorted.
    let specialTokens: [String: [Int32]]
    /// The text of each special token.
    let specialTexts: [Int32: String]
    /// Tokens that end an answer, sorted.
    let endOfGeneration: [Int32]
    /// Number of tokens that can ever be allowed.
    let usableCount: Int

    /// - Parameters:
    ///   - count: tokens are `0..<count`.
    ///   - bytes: what an ordinary token adds to the text; nil for special and unused ones.
    ///   - specialText: the text of a special token, such as `<|im_start|>`; nil for others.
    ///   - endOfGeneration: tokens that end an answer; they are never part of a text.
    /// - Complexity: O(n log n); about 0.1 s for 150,000 tokens.
    package init(
        count: Int,
        bytes: (Int32) -> [UInt8]?,
        specialText: (Int32) -> String?,
        endOfGeneration: Set<Int32>
    ) {
        let count = min(max(count, 0), Int(Int32.max) - 1)
        self.count = count
        self.endOfGeneration = endOfGeneration.filter { $0 >= 0 && $0 < count }.sorted()
        var all = TokenBytes(capacity: count)
        var special: [String: [Int32]] = [:]
        var texts: [Int32: String] = [:]
        var usable = self.endOfGeneration.count
        for token in 0..<Int32(count) {
            guard !endOfGeneration.contains(token) else {
                all.append([])
                continue
            }
            let own = bytes(token) ?? []
            all.append(own.count <= TokenTrie.depthLimit ? own : [])
            let text = specialText(token)
            if let text {
                special[text, default: []].append(token)
                texts[token] = text
            }
            if text != nil || all.count(of: token) > 0 { usable += 1 }
        }
        self.bytes = all
        specialTokens = special
        specialTexts = texts
        usableCount = usable
        tiers = Self.tiers(all, count: count)
        longest = tiers.map(\.longest).max() ?? 0
    }

    /// The special tokens whose texts are wanted, sorted.
    func specialTokens(where isWanted: (String) -> Bool) -> [Int32] {
        specialTexts.filter { isWanted($0.value) }.keys.sorted()
    }

    /// Whether a token can be part of a text.
    func hasText(_ token: Int32) -> Bool {
        guard token >= 0, token < count else { return false }
        return bytes.count(of: token) > 0 || specialTexts[token] != nil
    }

    private static func tiers(_ bytes: TokenBytes, count: Int) -> [TokenTier] {
        /// The last number of characters of each plain group; the last group is not plain.
        let bounds = [3, 4, 5, 6, 7, 8, 10, TokenTier.shortLimit, 32, TokenTrie.depthLimit]
        var parts = [[[Int32]]](
            repeating: [[Int32]](repeating: [], count: bounds.count + 1),
            count: 2
        )
        var lengths = bounds.map { _ in 0 }
        var longest = [0, 0]
        bytes.withBytes { data, offsets in
            for token in 0..<count where offsets[token + 1] > offsets[token] {
                let range = Int(offsets[token])..<Int(offsets[token + 1])
                let tier = range.count <= TokenTier.shortLimit ? 0 : 1
                longest[tier] = max(longest[tier], range.count)
                if let length = PlainText.length(data[range]),
                    let part = bounds.firstIndex(where: { length <= $0 })
                {
                    lengths[part] = max(lengths[part], length)
                    parts[tier][part].append(Int32(token))
                } else {
                    parts[tier][bounds.count].append(Int32(token))
                }
            }
        }
        return parts.indices.map { tier in
            let groups = parts[tier].enumerated().compactMap { part, tokens -> TokenGroup? in
                guard !tokens.isEmpty else { return nil }
                var plain: ClosedRange<Int>?
                if part < bounds.count {
                    plain = (part == 0 ? 0 : bounds[part - 1]) + 1...lengths[part]
                }
                return TokenGroup(tokens, bytes: bytes, plainLengths: plain, capacity: count)
            }
            return TokenTier(groups, longest: longest[tier])
        }
    }
}
