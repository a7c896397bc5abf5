/// Cuts text by the patterns of one stage.
///
/// Patterns are kept as flat arrays of plain numbers, so that matching allocates nothing.
/// Complexity: linear in the text for every rule of the catalog. Backtracking gives back at most
/// one run, and a pattern that failed over a run is not tried again inside it.
struct PatternMatcher: Sendable {
    private enum Kind: Sendable {
        case sequence, sequenceWithContraction, contraction, anyCaseContraction
        case innerWhitespace, finalWhitespace, phrase
    }

    private struct Compiled: Sendable {
        var kind: Kind
        /// The pattern can only begin with a scalar of one of these sets.
        var first: ScalarSet
        var second: ScalarSet
        /// Its part of `elements`.
        var elements: Range<Int>
        /// Begins with an unbounded, optional run.
        var beginsWithRun: Bool
    }

    private var patterns: [Compiled] = []
    private var elements: [Quantified] = []

    init(_ patterns: [Pattern]) {
        for pattern in patterns { append(pattern) }
    }

    /// Cuts scalars `lower..<upper` and appends the end of each piece to `ends`.
    ///
    /// `failed` has, for each pattern, the position before which it need not be tried; it is kept
    /// between calls on ascending ranges of the same text.
    func split(
        _ text: ScalarText,
        _ lower: Int,
        _ upper: Int,
        failed: inout [Int],
        into ends: inout [Int]
    ) {
        var position = lower
        var pending = lower
        while position < upper {
            let end = match(text, position, upper, &failed)
            if end > position {
                if pending < position { ends.append(position) }
                ends.append(end)
                position = end
                pending = end
            } else {
                position += 1
            }
        }
        if pending < upper { ends.append(upper) }
    }

    /// A fresh `failed` for a text.
    var nothingFailed: [Int] { [Int](repeating: 0, count: patterns.count) }

    /// Where the first pattern that matches at `position` ends, or -1.
    private func match(
        _ text: ScalarText,
        _ position: Int,
        _ upper: Int,
        _ failed: inout [Int]
    ) -> Int {
        let classes = text.classes[position]
        for index in patterns.indices {
            let pattern = patterns[index]
            guard pattern.first.contains(classes) || pattern.second.contains(classes) else {
                continue
            }
            if pattern.beginsWithRun, position < failed[index] { continue }
            let end = match(pattern, text, position, upper)
            if end > position { return end }
            if pattern.beginsWithRun {
                let set = elements[pattern.elements.lowerBound].set
                failed[index] = run(of: set, text, position, upper, atMost: .max)
            }
        }
        return -1
    }

    private func match(
        _ pattern: Compiled,
        _ text: ScalarText,
        _ position: Int,
        _ upper: Int
    ) -> Int {
        let first = pattern.elements.lowerBound
        switch pattern.kind {
        case .sequence:
            return sequence(first, pattern.elements.upperBound, text, position, upper)
        case .sequenceWithContraction:
            let end = sequence(first, pattern.elements.upperBound, text, position, upper)
            guard end >= 0 else { return -1 }
            return Swift.max(end, Contraction.match(text, end, upper, ignoringCase: true))
        case .contraction:
            return Contraction.match(text, position, upper, ignoringCase: false)
        case .anyCaseContraction:
            return Contraction.match(text, position, upper, ignoringCase: true)
        case .innerWhitespace:
            return innerWhitespace(elements[first], text, position, upper)
        case .finalWhitespace:
            let end = run(of: elements[first].set, text, position, upper, atMost: .max)
            return end == upper ? end : -1
        case .phrase:
            return phrase(elements[first].set, text, position, upper)
        }
    }

    /// Matches elements `index..<end` at `position`: greedily, giving back where it must.
    private func sequence(
        _ index: Int,
        _ end: Int,
        _ text: ScalarText,
        _ position: Int,
        _ upper: Int
    ) -> Int {
        let element = elements[index]
        var stop = run(of: element.set, text, position, upper, atMost: element.max)
        let least = position + element.min
        if index + 1 == end { return stop >= least ? stop : -1 }
        while stop >= least {
            let result = sequence(index + 1, end, text, stop, upper)
            if result >= 0 { return result }
            stop -= 1
        }
        return -1
    }

    /// The end of the longest run from `position` of at most `max` scalars of `set`.
    private func run(
        of set: ScalarSet,
        _ text: ScalarText,
        _ position: Int,
        _ upper: Int,
        atMost max: Int
    ) -> Int {
        let limit = max < upper - position ? position + max : upper
        var position = position
        while position < limit, set.contains(text.classes[position]) { position += 1 }
        return position
    }

    private func innerWhitespace(
        _ element: Quantified,
        _ text: ScalarText,
        _ position: Int,
        _ upper: Int
    ) -> Int {
        var stop = run(of: element.set, text, position, upper, atMost: element.max)
        if stop < upper, !element.set.contains(text.classes[stop]) { stop -= 1 }
        return stop - position >= element.min ? stop : -1
    }

    private func phrase(
        _ prefix: ScalarSet,
        _ text: ScalarText,
        _ position: Int,
        _ upper: Int
    ) -> Int {
        let letter = ScalarSet(.letter)
        let mark = ScalarSet(.mark)
        var start = position
        if !letter.contains(text.classes[start]) {
            guard prefix.contains(text.classes[start]) else { return -1 }
            start += 1
        }
        var end = start
        while true {
            var next = end
            if next < upper, end > start, text.scalars[next] == 0x20 { next += 1 }
            guard next < upper, letter.contains(text.classes[next]) else { break }
            end = run(of: mark, text, next + 1, upper, atMost: .max)
        }
        return end > start ? end : -1
    }
}

extension PatternMatcher {
    private mutating func append(_ pattern: Pattern) {
        switch pattern {
        case .sequence(let elements): append(.sequence, elements)
        case .sequenceWithContraction(let elements): append(.sequenceWithContraction, elements)
        case .contraction(let ignoringCase):
            append(ignoringCase ? .anyCaseContraction : .contraction, [.one(.apostrophe)])
        case .innerWhitespace(let min, let max):
            append(.innerWhitespace, [Quantified(set: .init(.whitespace), min: min, max: max)])
        case .finalWhitespace: append(.finalWhitespace, [.some(.whitespace)])
        case .phrase(let prefix): append(.phrase, [.optional(prefix), .one(.letter)])
        }
    }

    /// Precondition of the catalog: at most the first element is optional, or the first two
    /// elements are and a third is not; then it begins with one of the sets that are tested.
    private mutating func append(_ kind: Kind, _ sequence: [Quantified]) {
        let start = elements.count
        elements += sequence
        let required = sequence.firstIndex { $0.min > 0 } ?? 0
        patterns.append(
            Compiled(
                kind: kind,
                first: required < 2 ? sequence[0].set : ScalarSet(.any),
                second: sequence[required].set,
                elements: start..<elements.count,
                beginsWithRun: kind == .sequence && sequence[0].min == 0
                    && sequence[0].max == .max
            )
        )
    }
}

/// English contractions: an apostrophe and s, t, re, ve, m, ll or d.
enum Contraction {
    /// Where the contraction at `position` ends, or -1.
    static func match(
        _ text: ScalarText,
        _ position: Int,
        _ upper: Int,
        ignoringCase: Bool
    ) -> Int {
        guard position + 1 < upper, text.scalars[position] == 0x27 else { return -1 }
        let first = letter(text.scalars[position + 1], ignoringCase)
        switch first {
        case "s", "t", "m", "d": return position + 2
        case "r", "v", "l":
            guard position + 2 < upper else { return -1 }
            let second = letter(text.scalars[position + 2], ignoringCase)
            return second == (first == "l" ? "l" : "e") ? position + 3 : -1
        default: return -1
        }
    }

    /// Case folding as far as these letters need it: U+017F, the long s, folds to s.
    private static func letter(_ value: UInt32, _ ignoringCase: Bool) -> Unicode.Scalar? {
        guard ignoringCase else { return Unicode.Scalar(value) }
        if value == 0x17F { return "s" }
        return Unicode.Scalar((0x41...0x5A).contains(value) ? value | 0x20 : value)
    }
}
