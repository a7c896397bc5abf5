internal import ApusConversation

/// Counts and times at the end of an answer; zeros are left out.
///
/// The last two members are not Ollama's: they say what the cache saved and what did not fit.
package struct OllamaMetrics: Sendable, Equatable, Codable {
    /// Nanoseconds from the arrival of the request.
    package var totalDuration: Int64?
    /// Nanoseconds until a loaded model was at hand.
    package var loadDuration: Int64?
    /// Tokens of the prompt, those found in the cache included.
    package var promptEvalCount: Int?
    /// Nanoseconds of reading the prompt.
    package var promptEvalDuration: Int64?
    /// Tokens generated.
    package var evalCount: Int?
    /// Nanoseconds of generating them.
    package var evalDuration: Int64?
    /// Tokens of the prompt that were found in the cache.
    package var promptCachedCount: Int?
    /// What was left out because it did not fit the context.
    package var truncated: OllamaTruncation?

    enum CodingKeys: String, CodingKey {
        case totalDuration = "total_duration"
        case loadDuration = "load_duration"
        case promptEvalCount = "prompt_eval_count"
        case promptEvalDuration = "prompt_eval_duration"
        case evalCount = "eval_count"
        case evalDuration = "eval_duration"
        case promptCachedCount = "prompt_cached_count"
        case truncated
    }

    /// No figures.
    package init() {}

    init(_ summary: GenerationSummary, totalDuration: Int64, loadDuration: Int64) {
        self.totalDuration = totalDuration.nilIfZero
        self.loadDuration = loadDuration.nilIfZero
        promptEvalCount = summary.prompt.tokens.nilIfZero
        promptEvalDuration = summary.promptNanoseconds.nilIfZero
        evalCount = summary.generatedTokens.nilIfZero
        evalDuration = summary.generationNanoseconds.nilIfZero
        promptCachedCount = summary.prompt.cachedTokens.nilIfZero
        truncated = OllamaTruncation(summary)
    }
}

/// What did not fit the context and was left out.
package struct OllamaTruncation: Sendable, Equatable, Codable {
    /// The oldest messages of the conversation.
    package var messages: Int
    /// Tokens cut from the middle of the prompt.
    package var tokens: Int
    /// Tokens that a full context lost while the answer went on.
    package var shifted: Int

    private enum CodingKeys: String, CodingKey {
        case messages, tokens, shifted
    }

    /// What a generation left out; nil when that is nothing.
    init?(_ summary: GenerationSummary) {
        messages = summary.prompt.droppedMessages
        tokens = summary.prompt.droppedTokens
        shifted = summary.shiftedTokens
        if messages == 0, tokens == 0, shifted == 0 { return nil }
    }
}

extension FixedWidthInteger {
    /// Nil for zero, which Go's encoder leaves out.
    var nilIfZero: Self? { self == 0 ? nil : self }
}
