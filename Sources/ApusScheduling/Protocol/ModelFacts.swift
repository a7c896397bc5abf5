/// What a runner knows about its model once it is loaded.
package struct ModelFacts: Sendable, Equatable, Codable {
    /// Tokens a sequence can have in this runner.
    package var contextLength: Int
    /// Tokens a sequence could have according to the model's metadata.
    package var trainContextLength: Int
    /// How many requests the runner works on at a time.
    package var parallelSequences: Int
    /// Width of the vectors it embeds into; nil when it cannot embed.
    package var embeddingLength: Int?
    /// What the model can do, in Ollama's words: `completion`, `tools`, `thinking` and so on.
    package var capabilities: [String]
    /// Bytes of weights used in place in their files; they stay in the page cache.
    package var mappedBytes: Int64
    /// Bytes allocated for caches, activations and whatever is not mapped.
    package var allocatedBytes: Int64
    /// How many of all these bytes are on an accelerator.
    package var acceleratorBytes: Int64

    /// Facts about one loaded model.
    package init(
        contextLength: Int,
        trainContextLength: Int,
        parallelSequences: Int,
        embeddingLength: Int? = nil,
        capabilities: [String],
        mappedBytes: Int64,
        allocatedBytes: Int64,
        acceleratorBytes: Int64 = 0
    ) {
        self.contextLength = contextLength
        self.trainContextLength = trainContextLength
        self.parallelSequences = parallelSequences
        self.embeddingLength = embeddingLength
        self.capabilities = capabilities
        self.mappedBytes = mappedBytes
        self.allocatedBytes = allocatedBytes
        self.acceleratorBytes = acceleratorBytes
    }

    /// Bytes of memory the model takes.
    package var sizeBytes: Int64 {
        let (sum, overflow) = mappedBytes.addingReportingOverflow(allocatedBytes)
        return overflow ? .max : sum
    }
}

/// How busy a runner is.
package struct RunnerStatus: Sendable, Equatable, Codable {
    /// Sequences that take part in the batches.
    package var activeSequences: Int
    /// Sequences that wait for a place.
    package var queuedSequences: Int

    /// Counts at one moment.
    package init(activeSequences: Int, queuedSequences: Int) {
        self.activeSequences = activeSequences
        self.queuedSequences = queuedSequences
    }
}
