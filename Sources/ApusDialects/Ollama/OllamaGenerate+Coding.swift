/// Members in Ollama's order, with the metrics among them.
extension OllamaGenerate.Response: Codable {
    private enum CodingKeys: String, CodingKey {
        case model
        case createdAt = "created_at"
        case response, thinking, done
        case doneReason = "done_reason"
        case context
        case toolCalls = "tool_calls"
        case debugInfo = "_debug_info"
        case logprobs
    }

    /// Reads a piece; only model, response and done must be there.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        model = try fields.decode(String.self, forKey: .model)
        createdAt = try fields.decode(WireTime.self, forKey: .createdAt)
        response = try fields.decodeIfPresent(String.self, forKey: .response) ?? ""
        thinking = try fields.decodeIfPresent(String.self, forKey: .thinking)
        done = try fields.decode(Bool.self, forKey: .done)
        doneReason = try fields.decodeIfPresent(String.self, forKey: .doneReason)
        context = try fields.decodeIfPresent([Int32].self, forKey: .context)
        metrics = try OllamaMetrics(from: decoder)
        toolCalls = try fields.decodeIfPresent([OllamaToolCall].self, forKey: .toolCalls)
        debugInfo = try fields.decodeIfPresent(OllamaDebugInfo.self, forKey: .debugInfo)
        logprobs = try fields.decodeIfPresent([OllamaLogProbability].self, forKey: .logprobs)
    }

    /// Writes a piece.
    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(model, forKey: .model)
        try fields.encode(createdAt, forKey: .createdAt)
        try fields.encode(response, forKey: .response)
        try fields.encodeIfPresent(thinking, forKey: .thinking)
        try fields.encode(done, forKey: .done)
        try fields.encodeIfPresent(doneReason, forKey: .doneReason)
        try fields.encodeIfPresent(context, forKey: .context)
        try metrics.encode(to: encoder)
        try fields.encodeIfPresent(toolCalls, forKey: .toolCalls)
        try fields.encodeIfPresent(debugInfo, forKey: .debugInfo)
        try fields.encodeIfPresent(logprobs, forKey: .logprobs)
    }
}

/// What `_debug_render_only` answers with.
package struct OllamaDebugInfo: Sendable, Equatable, Codable {
    /// The prompt.
    package var renderedTemplate: String
    /// Pictures in the request.
    package var imageCount: Int?

    private enum CodingKeys: String, CodingKey {
        case renderedTemplate = "rendered_template"
        case imageCount = "image_count"
    }

    /// A rendered prompt.
    package init(renderedTemplate: String, imageCount: Int? = nil) {
        self.renderedTemplate = renderedTemplate
        self.imageCount = imageCount
    }
}
