/// What a grammar's rules are made of.
package indirect enum GrammarExpression: Sendable, Hashable {
    /// Exactly these bytes.
    case literal([UInt8])
    /// One Unicode scalar of a set, as UTF-8.
    case characters(ScalarSet)
    /// What a rule matches.
    case rule(Grammar.RuleID)
    /// All of these, one after another; empty for the empty text.
    case sequence([GrammarExpression])
    /// Any one of these; empty for nothing at all.
    case choice([GrammarExpression])
    /// The same again and again; a nil `maximum` has no limit.
    case repeated(GrammarExpression, minimum: Int, maximum: Int?)
    /// What a finite automaton accepts.
    case automaton(ByteAutomaton)
    /// The special token with this text where the vocabulary has one, or else, or besides, the bytes
    /// of the text.
    ///
    /// All other expressions match ordinary tokens only.
    case tag(String)
    /// Any bytes and any special tokens, as long as none of these texts occurs, be it as bytes or as
    /// a special token.
    case freeText(excluding: [String])

    /// The empty text.
    package static let empty = GrammarExpression.sequence([])
    /// Nothing at all, not even the empty text.
    package static let nothing = GrammarExpression.choice([])

    /// The bytes of a text.
    package static func text(_ text: String) -> GrammarExpression { .literal(Array(text.utf8)) }

    /// This or nothing.
    package var optional: GrammarExpression { .repeated(self, minimum: 0, maximum: 1) }
    /// This any number of times.
    package var zeroOrMore: GrammarExpression { .repeated(self, minimum: 0, maximum: nil) }
    /// This at least once.
    package var oneOrMore: GrammarExpression { .repeated(self, minimum: 1, maximum: nil) }
}
