package import ApusConversation
package import Logging

extension GenerationRequest {
    /// What a log may say of this: counts, limits and kinds, never a text of the client's.
    package var logMetadata: Logger.Metadata {
        var metadata: Logger.Metadata = [
            "max_tokens": "\(maximumTokens.map { $0 < 0 ? "none" : String($0) } ?? "none")",
            "stop": "\(stop.count)",
        ]
        switch prompt {
        case .conversation(let conversation):
            metadata.merge(conversation.logMetadata) { $1 }
        case .text(let text):
            metadata["prompt"] = "text"
            metadata["prompt_bytes"] = "\(text.utf8.count)"
        case .tokens(let tokens):
            metadata["prompt"] = "tokens"
            metadata["prompt_tokens"] = "\(tokens.count)"
        case .infill(let prefix, let suffix):
            metadata["prompt"] = "infill"
            metadata["prompt_bytes"] = "\(prefix.utf8.count + suffix.utf8.count)"
        }
        metadata["format"] = format.map { "\($0.logName)" }
        metadata["thinking_budget"] = thinkingBudget.map { "\($0)" }
        if rendersOnly { metadata["renders_only"] = "true" }
        return metadata
    }
}

extension Conversation {
    fileprivate var logMetadata: Logger.Metadata {
        var metadata: Logger.Metadata = [
            "prompt": "conversation", "messages": "\(messages.count)", "tools": "\(tools.count)",
        ]
        switch toolChoice {
        case .automatic: break
        case .none: metadata["tool_choice"] = "none"
        case .required: metadata["tool_choice"] = "required"
        case .named: metadata["tool_choice"] = "named"
        }
        switch thinking {
        case nil: break
        case .off?: metadata["thinking"] = "off"
        case .on?: metadata["thinking"] = "on"
        case .effort?: metadata["thinking"] = "effort"
        }
        return metadata
    }
}

extension OutputFormat {
    fileprivate var logName: String {
        switch self {
        case .jsonObject: "json"
        case .schema: "schema"
        case .grammar: "grammar"
        case .regularExpression: "regex"
        case .choice: "choice"
        }
    }
}

extension GenerationSummary {
    /// Tokens in and out, how many of them were found in the cache, and times.
    package var logMetadata: Logger.Metadata {
        var metadata: Logger.Metadata = [
            "reason": "\(reason.rawValue)", "prompt_tokens": "\(prompt.tokens)",
            "reused_tokens": "\(prompt.cachedTokens)", "generated_tokens": "\(generatedTokens)",
            "prompt_ms": "\(promptNanoseconds / 1_000_000)",
            "generation_ms": "\(generationNanoseconds / 1_000_000)",
        ]
        if prompt.droppedTokens > 0 { metadata["dropped_tokens"] = "\(prompt.droppedTokens)" }
        if shiftedTokens > 0 { metadata["shifted_tokens"] = "\(shiftedTokens)" }
        return metadata
    }
}
