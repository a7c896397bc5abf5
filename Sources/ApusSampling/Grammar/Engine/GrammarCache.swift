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
        var entries: [[UInt8]: Entry] = [:]
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

    /// The compiled grammar of `key`, kept or made now of what `make` returns.
    ///
    /// Throws: what `make` and `CompiledGrammar` throw; failures are not kept.
    package func compiled(
        for key: [UInt8],
        _ make: () throws(GrammarError) -> Grammar
    ) throws(GrammarError) -> CompiledGrammar {
        if let known = known(key) { return known }
        let compiled = try CompiledGrammar(make(), vocabulary: vocabulary)
        return insert(compiled, for: key)
    }

    private func known(_ key: [UInt8]) -> CompiledGrammar? {
        state.withLock { state in
            guard let place = state.entries.index(forKey: key) else { return nil }
            state.clock += 1
            state.entries.values[place].lastUse = state.clock
            return state.entries.values[place].compiled
        }
    }

    private func insert(_ compiled: CompiledGrammar, for key: [UInt8]) -> CompiledGrammar {
        state.withLock { state in
            if let other = state.entries[key] { return other.compiled }
            if state.entries.count >= capacity,
                let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                state.entries[oldest.key] = nil
            }
            state.clock += 1
            state.entries[key] = Entry(compiled: compiled, lastUse: state.clock)
            return compiled
        }
    }
}
