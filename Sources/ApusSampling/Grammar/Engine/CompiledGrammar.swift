internal import Synchronization

/// A grammar made ready for one vocabulary.
///
/// Thread-safe; shared by all sequences with the same grammar. States, next states and masks are
/// found when a text first needs them and kept up to a limit; past it the automaton is begun anew,
/// and matchers take their states along.
package final class CompiledGrammar: Sendable {
    private let program: GrammarProgram
    private let vocabulary: GrammarVocabulary
    private let automaton: Mutex<LazyAutomaton>
    private let memoryLimit: Int

    /// Bytes an automaton may grow to before it is begun anew.
    private static let defaultMemoryLimit = 24 << 20

    /// Throws: `limit`, `unsupported` (left recursion), `unsatisfiable`.
    package convenience init(
        _ grammar: Grammar,
        vocabulary: GrammarVocabulary
    ) throws(GrammarError) {
        try self.init(grammar, vocabulary: vocabulary, memoryLimit: Self.defaultMemoryLimit)
    }

    init(
        _ grammar: Grammar,
        vocabulary: GrammarVocabulary,
        memoryLimit: Int
    ) throws(GrammarError) {
        let program = try GrammarCompiler.compile(grammar, for: vocabulary)
        self.program = program
        self.vocabulary = vocabulary
        self.memoryLimit = memoryLimit
        automaton = Mutex(LazyAutomaton(program, vocabulary))
    }

    /// A mask for one sequence, at the beginning of the text.
    package func matcher() -> GrammarMatcher {
        automaton.withLock { GrammarMatcher(self, Position($0, $0.start)) }
    }

    /// Whether the whole text matches, read as bytes of ordinary tokens.
    package func matches(_ text: [UInt8]) -> Bool {
        automaton.withLock { automaton in
            var position = Position(automaton, automaton.start)
            for byte in text where position.state != StateTable.dead {
                prepare(&position, &automaton)
                position = Position(automaton, automaton.next(position.state, byte))
            }
            return position.isComplete
        }
    }

    // MARK: - Matchers

    /// Where a matcher is.
    ///
    /// It keeps the automaton that its state belongs to; when that is no longer the current one,
    /// the next call moves it over.
    struct Position: Sendable {
        fileprivate let automaton: LazyAutomaton
        fileprivate let state: Int32
        /// Whether the text so far is a match.
        let isComplete: Bool

        fileprivate init(_ automaton: LazyAutomaton, _ state: Int32) {
            self.automaton = automaton
            self.state = state
            isComplete = automaton.states.flags[Int(state)].contains(.accepting)
        }

        /// Whether no text leads here.
        var isDead: Bool { state == StateTable.dead }
    }

    /// Adds the tokens that may come next, also those that end the answer.
    func fill(_ allowed: inout TokenBitset, at position: inout Position) -> TokenMaskCoverage {
        if position.isComplete || position.isDead { addEnds(&allowed) }
        return automaton.withLock { automaton in
            prepare(&position, &automaton)
            let state = position.state
            return allowed.words.withUnsafeMutableBufferPointer {
                automaton.merge(state, into: $0)
            }
        }
    }

    /// Moves past a token; one that is not allowed leads to a position that is dead.
    ///
    /// A token that ends the answer or has no text changes nothing.
    func advance(_ position: inout Position, past token: Int32) {
        guard vocabulary.hasText(token) else { return }
        automaton.withLock { automaton in
            prepare(&position, &automaton)
            position = Position(automaton, automaton.advance(position.state, past: token))
        }
    }

    /// Adds the tokens that end the answer.
    func addEnds(_ allowed: inout TokenBitset) {
        for token in vocabulary.endOfGeneration { allowed.insert(token) }
    }

    /// Whether a token ends the answer.
    func isEnd(_ token: Int32) -> Bool { vocabulary.endOfGeneration.containsSorted(token) }

    /// Begins a call: grants it work, replaces an automaton that has grown too large, and moves the
    /// position to the current one.
    private func prepare(_ position: inout Position, _ automaton: inout LazyAutomaton) {
        if automaton.size > memoryLimit { automaton = LazyAutomaton(program, vocabulary) }
        automaton.beginCall()
        if position.automaton !== automaton {
            position = Position(automaton, automaton.adopt(position.state, of: position.automaton))
        }
    }
}
