internal import ApusConversation

/// Counts and times at the end of an answer; zeros are left out.
///
/// The last three members are not Ollama's: they say what the cache saved and what did not fit.
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
    /// Messages of the prompt that were left out because they did not fit.
    package var promptDroppedMessages: Int?
    /// Tokens of the prompt that were left out because they did not fit.
    package var promptDroppedTokens: Int?

    enum CodingKeys: String, CodingKey {
        case totalDuration = "total_duration"
        case loadDuration = "load_duration"
        case promptEvalCount = "prompt_eval_count"
        case promptEvalDuration = "prompt_eval_duration"
        case evalCount = "eval_count"
        case evalDuration = "eval_duration"
        case promptCachedCount = "prompt_cached_count"
        case promptDroppedMessages = "prompt_dropped_messages"
        case promptDroppedTokens = "prompt_dropped_tokens"
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
        promptDroppedMessages = summary.prompt.droppedMessages.nilIfZero
        promptDroppedTokens = summary.prompt.droppedTokens.nilIfZero
    }
}

extension FixedWidthInteger {
    /// Nil for zero, which Go's encoder leaves out.
    var nilIfZero: Self? { self == 0 ? nil : self }
}
