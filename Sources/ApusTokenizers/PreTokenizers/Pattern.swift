/// The vocabulary in which pre-tokenizer rules are written: a small part of regular expressions.
///
/// A rule is a list of stages. Each stage cuts every piece of the stage before it; what a pattern
/// matches becomes a piece, and so does what lies between two matches. Patterns are tried in
/// order, quantifiers are greedy and give back as little as they must.
enum Stage: Sendable {
    case split([Pattern])
    /// Runs of decimal digits in threes counted from the right, as
    /// `\d{1,3}(?=(?:\d{3})*\b)` (`wholeWords`, a run that a letter follows stays whole) or
    /// `(?=(\d{3})+(?!\d))` cut them.
    case digitGroups(wholeWords: Bool)
}

enum Pattern: Sendable {
    /// Sets in sequence.
    case sequence([Quantified])
    /// Sets in sequence, then an English contraction if one follows (any case).
    case sequenceWithContraction([Quantified])
    /// `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll`, `'d`.
    case contraction(ignoringCase: Bool)
    /// `\s{min,max}(?!\S)`: whitespace, less its last character when more text follows.
    case innerWhitespace(min: Int, max: Int)
    /// `\s+$`: whitespace that ends the piece.
    case finalWhitespace
    /// `X?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+`: words joined by single spaces.
    case phrase(prefix: ScalarSet)

    static let innerWhitespace = Pattern.innerWhitespace(min: 1, max: .max)
}

/// A set of scalars and how many of them.
struct Quantified: Sendable {
    let set: ScalarSet
    let min: Int
    let max: Int

    static func one(_ set: ScalarSet) -> Quantified { exactly(1, set) }
    static func exactly(_ count: Int, _ set: ScalarSet) -> Quantified {
        Quantified(set: set, min: count, max: count)
    }
    static func optional(_ set: ScalarSet) -> Quantified { Quantified(set: set, min: 0, max: 1) }
    static func some(_ set: ScalarSet, atMost max: Int = .max) -> Quantified {
        Quantified(set: set, min: 1, max: max)
    }
    static func many(_ set: ScalarSet) -> Quantified { Quantified(set: set, min: 0, max: .max) }
}

extension Quantified {
    static func one(_ set: ScalarClass) -> Quantified { one(ScalarSet(set)) }
    static func exactly(_ count: Int, _ set: ScalarClass) -> Quantified {
        exactly(count, ScalarSet(set))
    }
    static func optional(_ set: ScalarClass) -> Quantified { optional(ScalarSet(set)) }
    static func some(_ set: ScalarClass, atMost max: Int = .max) -> Quantified {
        some(ScalarSet(set), atMost: max)
    }
    static func many(_ set: ScalarClass) -> Quantified { many(ScalarSet(set)) }
}
