/// What a model answers, piece by piece.
///
/// A stream ends with one `finished` or an error.
package enum GenerationEvent: Sendable, Equatable, Codable {
    /// The prompt as rendered; the only event of a request with `rendersOnly`.
    case rendered(String, tokens: Int)
    /// The prompt has been read and the first token comes next.
    case started(PromptUsage)
    /// A piece of the answer, always whole UTF-8 characters.
    case content(String)
    /// A piece of the reasoning before the answer.
    case thinking(String)
    /// The beginning of a call, or more of its arguments, while the model writes it.
    case toolCallDelta(ToolCallDelta)
    /// A complete call of a tool; its deltas came before.
    case toolCall(ToolCall)
    /// Text that began like a call and turned out to be none.
    case malformedToolCall(String)
    /// Log-probabilities of tokens sampled since the last event, when asked for.
    case logProbabilities([TokenLogProbability])
    /// The end, with counts and times.
    case finished(GenerationSummary)
}

/// What became of a prompt.
package struct PromptUsage: Sendable, Equatable, Codable {
    /// Tokens of the prompt as the model saw it.
    package var tokens: Int
    /// How many of them were found in the cache.
    package var cachedTokens: Int
    /// Turns left out because they did not fit.
    package var droppedMessages: Int
    /// Tokens left out because they did not fit.
    package var droppedTokens: Int

    /// Counts of one prompt.
    package init(
        tokens: Int,
        cachedTokens: Int,
        droppedMessages: Int = 0,
        droppedTokens: Int = 0
    ) {
        self.tokens = tokens
        self.cachedTokens = cachedTokens
        self.droppedMessages = droppedMessages
        self.droppedTokens = droppedTokens
    }
}

/// Why a generation ended.
package enum FinishReason: String, Sendable, Codable {
    /// The model said it is done, or a stop text was met.
    case stop
    /// `maximumTokens` or the context length was reached.
    case length
}

/// Counts and times of a whole generation.
package struct GenerationSummary: Sendable, Equatable, Codable {
    /// Why it ended.
    package var reason: FinishReason
    /// The stop text that ended it, when one did.
    package var stopText: String?
    /// The prompt.
    package var prompt: PromptUsage
    /// Tokens generated.
    package var generatedTokens: Int
    /// How many of them were reasoning, from where it opens to where it ends.
    package var thinkingTokens = 0
    /// Tokens dropped from a context that was full, while the answer went on.
    package var shiftedTokens = 0
    /// Time from the start of the prefill to the first logits.
    package var promptNanoseconds: Int64
    /// Time from there to the end.
    package var generationNanoseconds: Int64
    /// Prompt and answer as tokens: Ollama's `context`.
    package var context: [Int32]

    /// The figures of one generation.
    package init(
        reason: FinishReason,
        stopText: String? = nil,
        prompt: PromptUsage,
        generatedTokens: Int,
        promptNanoseconds: Int64,
        generationNanoseconds: Int64,
        context: [Int32]
    ) {
        self.reason = reason
        self.stopText = stopText
        self.prompt = prompt
        self.generatedTokens = generatedTokens
        self.promptNanoseconds = promptNanoseconds
        self.generationNanoseconds = generationNanoseconds
        self.context = context
    }
}

/// The log-probability of a sampled token, with the likeliest alternatives.
package struct TokenLogProbability: Sendable, Equatable, Codable {
    /// One token and how likely it was.
    package struct Candidate: Sendable, Equatable, Codable {
        /// The token's bytes; not always valid UTF-8 on their own.
        package var bytes: [UInt8]
        /// Natural logarithm of the probability, before any sampling option applied.
        package var logProbability: Float

        /// A token's bytes and its log-probability.
        package init(bytes: [UInt8], logProbability: Float) {
            self.bytes = bytes
            self.logProbability = logProbability
        }
    }

    /// The token that was sampled.
    package var chosen: Candidate
    /// The likeliest tokens, best first, as many as asked for.
    package var alternatives: [Candidate]

    /// A sampled token and its alternatives.
    package init(chosen: Candidate, alternatives: [Candidate]) {
        self.chosen = chosen
        self.alternatives = alternatives
    }
}
