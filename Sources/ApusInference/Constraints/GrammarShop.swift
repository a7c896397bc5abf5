internal import ApusChat
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

    /// A grammar ready for this model's tokens; nil when nothing is asked of the answer.
    ///
    /// Throws: `limit`, `unsupported`, `unsatisfiable`.
    func compiled(_ answer: AnswerGrammar) throws(GrammarError) -> CompiledGrammar? {
        if answer.isFree { return nil }
        return try prepared.compiled(for: answer.key) { () throws(GrammarError) in
            try answer.makeGrammar()
        }
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
