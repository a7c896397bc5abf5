package import ApusConversation

/// Tokens of a prompt and its answer, as Anthropic's API counts them.
///
/// `input + cache creation + cache read` is the length of the prompt. Tokens found in the cache
/// are cache reads. When the client asked for caching, the others were put there and are cache
/// creations, except the prompt's last token, which is computed for every answer anew; otherwise
/// they are plain input.
package struct AnthropicUsage: Sendable, Equatable {
    /// Tokens of the prompt that count neither as read from nor as put into the cache.
    package var inputTokens = 0
    /// Tokens put into the cache.
    package var cacheCreationTokens = 0
    /// Tokens found in the cache.
    package var cacheReadTokens = 0
    /// Tokens generated so far.
    package var outputTokens = 0
    /// Those of them that are reasoning, with its tags.
    package var thinkingTokens = 0
    /// How long they are cached, for the breakdown.
    package var caching: AnthropicCaching?
    /// `standard` or `batch`.
    package var tier = "standard"

    /// The counts of a prompt.
    package init(_ prompt: PromptUsage, caching: AnthropicCaching?) {
        self.caching = caching
        let tokens = max(0, prompt.tokens)
        cacheReadTokens = min(max(0, prompt.cachedTokens), tokens)
        let rest = tokens - cacheReadTokens
        cacheCreationTokens = caching == nil ? 0 : max(0, rest - 1)
        inputTokens = rest - cacheCreationTokens
    }

    /// The `usage` of a message.
    package var json: JSONValue {
        let oneHour = caching == .oneHour ? cacheCreationTokens : 0
        var members: JSONObject = [
            "input_tokens": count(inputTokens),
            "cache_creation_input_tokens": count(cacheCreationTokens),
            "cache_read_input_tokens": count(cacheReadTokens),
            "cache_creation": [
                "ephemeral_5m_input_tokens": count(cacheCreationTokens - oneHour),
                "ephemeral_1h_input_tokens": count(oneHour),
            ],
            "output_tokens": count(outputTokens),
            "service_tier": .string(tier),
        ]
        members["output_tokens_details"] = details
        return .object(members)
    }

    /// The `usage` of a `message_delta`: totals so far, not additions.
    package var deltaJSON: JSONValue {
        var members: JSONObject = [
            "input_tokens": count(inputTokens),
            "cache_creation_input_tokens": count(cacheCreationTokens),
            "cache_read_input_tokens": count(cacheReadTokens),
            "output_tokens": count(outputTokens),
        ]
        members["output_tokens_details"] = details
        return .object(members)
    }

    private var details: JSONValue? {
        guard thinkingTokens > 0 else { return .none }
        return ["thinking_tokens": count(thinkingTokens)]
    }

    private func count(_ number: Int) -> JSONValue { .integer(Int64(number)) }
}
