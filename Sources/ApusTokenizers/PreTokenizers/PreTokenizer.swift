/// Cuts text into the pieces that byte-pair merges never cross.
struct PreTokenizer: Sendable {
    private enum Compiled: Sendable {
        case split(PatternMatcher)
        case digitGroups(wholeWords: Bool)
    }

    private let classifier: ScalarClassifier
    private let stages: [Compiled]

    init(_ rule: PreTokenizerRule) {
        classifier = ScalarClassifier(custom: rule.custom)
        stages = rule.stages.map { stage in
            switch stage {
            case .split(let patterns): .split(PatternMatcher(patterns))
            case .digitGroups(let wholeWords): .digitGroups(wholeWords: wholeWords)
            }
        }
    }

    /// The end of each piece of `bytes[range]`, as positions in `bytes`, ascending; the pieces
    /// cover the range.
    ///
    /// Complexity: linear in the range. Memory: 16 bytes a scalar.
    func split(_ bytes: [UInt8], _ range: Range<Int>) -> [Int] {
        let text = ScalarText(bytes, range, classifier)
        guard text.count > 0 else { return [] }
        var ends = [text.count]
        for stage in stages { ends = apply(stage, to: text, pieces: ends) }
        for index in ends.indices { ends[index] = text.offsets[ends[index]] }
        return ends
    }

    private func apply(_ stage: Compiled, to text: ScalarText, pieces: [Int]) -> [Int] {
        var ends: [Int] = []
        ends.reserveCapacity(pieces.count > 1 ? pieces.count * 2 : text.count / 4 + 1)
        var lower = 0
        switch stage {
        case .split(let matcher):
            var failed = matcher.nothingFailed
            for upper in pieces {
                matcher.split(text, lower, upper, failed: &failed, into: &ends)
                lower = upper
            }
        case .digitGroups(let wholeWords):
            for upper in pieces {
                DigitGroups.split(text, lower, upper, wholeWords: wholeWords, into: &ends)
                lower = upper
            }
        }
        return ends
    }
}
