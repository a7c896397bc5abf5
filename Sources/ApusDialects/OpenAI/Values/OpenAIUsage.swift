package import ApusConversation

/// Tokens read and written for a whole answer, over all its choices.
package struct OpenAIUsage: Sendable, Equatable {
    /// Tokens of the prompts, those found in the cache included; each prompt counts once.
    package var promptTokens = 0
    /// How many of them were found in the cache.
    package var cachedTokens = 0
    /// Tokens generated, for all choices together.
    package var completionTokens = 0
    /// How many of them were reasoning.
    package var reasoningTokens = 0

    /// Nothing yet.
    package init() {}

    /// Adds a generation; `countsPrompt` is false when an earlier choice had the same prompt.
    mutating func add(_ summary: GenerationSummary, countsPrompt: Bool) {
        if countsPrompt {
            promptTokens = promptTokens.clampingSum(summary.prompt.tokens)
            cachedTokens = cachedTokens.clampingSum(summary.prompt.cachedTokens)
        }
        completionTokens = completionTokens.clampingSum(summary.generatedTokens)
        reasoningTokens = reasoningTokens.clampingSum(summary.thinkingTokens)
    }

    /// As chat and text answers carry it.
    package var json: JSONValue {
        [
            "prompt_tokens": .number(promptTokens),
            "completion_tokens": .number(completionTokens),
            "total_tokens": .number(promptTokens.clampingSum(completionTokens)),
            "prompt_tokens_details": ["cached_tokens": .number(cachedTokens), "audio_tokens": 0],
            "completion_tokens_details": [
                "reasoning_tokens": .number(reasoningTokens), "audio_tokens": 0,
                "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0,
            ],
        ]
    }
}

extension Int {
    /// The sum, or the largest number when it is larger.
    func clampingSum(_ other: Int) -> Int {
        let (sum, overflowed) = addingReportingOverflow(other)
        return overflowed ? .max : sum
    }
}
