extension Vocabulary {
    /// Limits far above any published vocabulary.
    ///
    /// The largest have 262,144 tokens of 3 MB together, 514,906 merges, and tokens of 512 bytes.
    enum Limits {
        static let tokens = 1 << 22
        static let merges = 1 << 23
        static let bytesPerToken = 1 << 14
        static let totalBytes = 1 << 25
    }

    /// Throws: `emptyVocabulary`, `tooLarge`, `lengthMismatch` or `invalidScore`.
    func validate() throws(TokenizerError) {
        guard !tokens.isEmpty else {
            throw TokenizerError(
                .emptyVocabulary,
                "tokenizer.ggml.tokens is empty; at least one token is needed."
            )
        }
        try limit(tokens.count, to: Limits.tokens, "tokenizer.ggml.tokens has", "tokens")
        try limit(merges.count, to: Limits.merges, "tokenizer.ggml.merges has", "merges")
        var total = 0
        for (id, token) in tokens.enumerated() {
            let size = token.utf8.count
            try limit(size, to: Limits.bytesPerToken, "Token \(id) has", "bytes")
            total += size
        }
        try limit(total, to: Limits.totalBytes, "tokenizer.ggml.tokens has", "bytes")
        try match(scores.count, "tokenizer.ggml.scores")
        try match(kinds.count, "tokenizer.ggml.token_type")
        if let id = scores.firstIndex(where: { !$0.isFinite }) {
            throw TokenizerError(
                .invalidScore,
                "Token \(id) has the score \(scores[id]); it must be finite."
            )
        }
    }

    private func limit(
        _ count: Int,
        to maximum: Int,
        _ subject: String,
        _ unit: String
    ) throws(TokenizerError) {
        guard count > maximum else { return }
        throw TokenizerError(.tooLarge, "\(subject) \(count) \(unit); the most is \(maximum).")
    }

    private func match(_ count: Int, _ key: String) throws(TokenizerError) {
        guard count != 0, count != tokens.count else { return }
        throw TokenizerError(
            .lengthMismatch,
            "\(key) has \(count) values; tokenizer.ggml.tokens has \(tokens.count)."
        )
    }
}
