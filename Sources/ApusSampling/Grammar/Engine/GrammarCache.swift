internal import Synchronization

/// The compiled grammars of one vocabulary that were used last.
///
/// Thread-safe. Two threads that ask for the same new grammar at once may both compile it.
package final class GrammarCache: Sendable {
    private struct Entry {
        let compiled: CompiledGrammar
        var lastUse: UInt64
    }

    private struct State {
        var entries: [Grammar: Entry] = [:]
        var clock: UInt64 = 0
    }

    /// The vocabulary that grammars are compiled for.
    package let vocabulary: GrammarVocabulary
    private let capacity: Int
    private let state = Mutex(State())

    /// A cache of at most `capacity` grammars; the one not used for the longest time leaves first.
    package init(_ vocabulary: GrammarVocabulary, capacity: Int = 16) {
        self.vocabulary = vocabulary
        self.capacity = max(capacity, 1)
    }

    /// Number of grammars that are kept.
    package var count: Int { state.withLock { $0.entries.count } }

    /// The compiled form of a grammar, kept or made now.
    ///
    /// Throws: what `CompiledGrammar` throws; failures are not kept.
    package func compiled(_ grammar: Grammar) throws(GrammarError) -> CompiledGrammar {
        if let known = known(grammar) { return known }
        let compiled = try CompiledGrammar(grammar, vocabulary: vocabulary)
        return insert(compiled, for: grammar)
    }

    private func known(_ grammar: Grammar) -> CompiledGrammar? {
        state.withLock { state in
            state.clock += 1
            state.entries[grammar]?.lastUse = state.clock
            return state.entries[grammar]?.compiled
        }
    }

    private func insert(_ compiled: CompiledGrammar, for grammar: Grammar) -> CompiledGrammar {
        state.withLock { state in
            if let other = state.entries[grammar] { return other.compiled }
            if state.entries.count >= capacity,
                let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                state.entries[oldest.key] = nil
            }
            state.clock += 1
            state.entries[grammar] = Entry(compiled: compiled, lastUse: state.clock)
            return compiled
        }
    }
}
