/// Follows one sequence through a grammar.
///
/// A token that the mask did not allow leads to where nothing matches: from there on only tokens
/// that end the answer are allowed. The same holds after such a token.
package struct GrammarMatcher: TokenMask {
    private let grammar: CompiledGrammar
    private var position: CompiledGrammar.Position
    private var hasEnded = false

    init(_ grammar: CompiledGrammar, _ position: CompiledGrammar.Position) {
        self.grammar = grammar
        self.position = position
    }

    /// Whether the text so far is a whole match.
    package var isComplete: Bool { position.isComplete }

    /// Adds the tokens after which the text can still become a match, and those that end the answer
    /// when the text is one already.
    ///
    /// - Complexity: a copy of the mask once the state is known; a walk through a part of the
    ///   vocabulary when it is new.
    package mutating func fill(_ allowed: inout TokenBitset) -> TokenMaskCoverage {
        guard !hasEnded else {
            grammar.addEnds(&allowed)
            return .some
        }
        return grammar.fill(&allowed, at: &position)
    }

    package mutating func accept(_ token: Int32) {
        guard !hasEnded else { return }
        hasEnded = grammar.isEnd(token)
        if !hasEnded { grammar.advance(&position, past: token) }
    }
}
