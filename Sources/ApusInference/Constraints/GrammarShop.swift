internal import ApusSampling
internal import ApusTokenizers
private import Synchronization

/// Compiles grammars for one model and keeps what it compiled.
///
/// The vocabulary is prepared when the first grammar is asked for, or by `warm` before. Thread-safe.
final class GrammarShop: Sendable {
    private let tokenizer: Tokenizer
    private let cache = Mutex<GrammarCache?>(nil)

    init(_ tokenizer: Tokenizer) { self.tokenizer = tokenizer }

    /// Prepares the vocabulary.
    func warm() { _ = prepared }

    /// A grammar ready for this model's tokens.
    ///
    /// Throws: `limit`, `unsupported`, `unsatisfiable`.
    func compiled(_ grammar: Grammar) throws(GrammarError) -> CompiledGrammar {
        try prepared.compiled(grammar)
    }

    private var prepared: GrammarCache {
        cache.withLock { cache in
            if let cache { return cache }
            let made = GrammarCache(GrammarVocabulary(tokenizer))
            cache = made
            return made
        }
    }
}
