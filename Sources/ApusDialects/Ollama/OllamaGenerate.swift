package import ApusConversation

/// `POST /api/generate`: one prompt, one answer.
package enum OllamaGenerate {
    /// What a client sends.
    package struct Request: OllamaRequest, Equatable {
        /// The model's name.
        package var model: String?
        /// The prompt; empty to load or unload the model.
        package var prompt: String?
        /// Text after the place to fill in.
        package var suffix: String?
        /// Replaces the model's system message.
        package var system: String?
        /// Replaces the model's template.
        package var template: String?
        /// Tokens of an earlier answer to go on from.
        package var context: [Int32]?
        /// Whether the answer comes in pieces.
        package var stream: Bool?
        /// Whether the prompt reaches the model as it is.
        package var raw: Bool?
        /// The format that the answer must have.
        package var format: JSONValue?
        /// How long the model stays loaded.
        package var keepAlive: OllamaKeepAlive?
        /// Pictures, each base64.
        package var images: [String]?
        /// Model options.
        package var options: JSONObject?
        /// How much the model reasons.
        package var think: OllamaThink?
        /// Whether a prompt that does not fit is cut.
        package var truncate: Bool?
        /// Whether a full context is shifted.
        package var shift: Bool?
        /// Whether log-probabilities are wanted.
        package var logprobs: Bool?
        /// How many alternatives are wanted with them.
        package var topLogprobs: Int?
        /// Whether the prompt is only rendered.
        package var debugRenderOnly: Bool?

        private enum CodingKeys: String, CodingKey {
            case model, prompt, suffix, system, template, context, stream, raw, format
            case keepAlive = "keep_alive"
            case images, options, think, truncate, shift, logprobs
            case topLogprobs = "top_logprobs"
            case debugRenderOnly = "_debug_render_only"
        }

        /// A request to complete `prompt`.
        package init(model: String, prompt: String = "") {
            self.model = model
            self.prompt = prompt
        }
    }

    /// One piece of the answer, or all of it.
    package struct Response: Sendable, Equatable {
        /// The model's name as the client wrote it.
        package var model: String
        /// When this piece was made.
        package var createdAt: WireTime
        /// A piece of the answer.
        package var response = ""
        /// A piece of the reasoning before it.
        package var thinking: String?
        /// Whether this is the last piece.
        package var done = false
        /// Why it is: `stop`, `length`, `load` or `unload`.
        package var doneReason: String?
        /// Prompt and answer as tokens.
        package var context: [Int32]?
        /// Counts and times, on the last piece.
        package var metrics = OllamaMetrics()
        /// Calls of tools, on the last piece.
        package var toolCalls: [OllamaToolCall]?
        /// The prompt as rendered.
        package var debugInfo: OllamaDebugInfo?
        /// Log-probabilities of the tokens of this piece.
        package var logprobs: [OllamaLogProbability]?

        /// An empty piece.
        package init(model: String, createdAt: WireTime) {
            self.model = model
            self.createdAt = createdAt
        }
    }
}

extension OllamaGenerate.Request {
    /// What is asked for.
    package var intent: OllamaIntent {
        guard prompt ?? "" == "" else { return .generate }
        return keepAlive?.isImmediate == true ? .unload : .load
    }

    /// The same for the engine.
    package func generation(for model: OllamaModel) throws(DialectError) -> GenerationRequest {
        let isRaw = raw ?? false
        if isRaw, template ?? "" != "" || system ?? "" != "" || !(context ?? []).isEmpty {
            throw DialectError(
                .invalidValue,
                "raw mode does not support template, system, or context"
            )
        }
        try model.requireCompletion(for: "generate")
        var needed: [String] = []
        if suffix ?? "" != "" { needed.append("insert") }
        if !(images ?? []).isEmpty { needed.append("vision") }
        try model.require(needed)
        let thinking = try model.thinking(think)
        if isRaw { return try generation(of: .text(prompt ?? ""), for: model) }
        if let suffix = suffix?.nilIfEmpty {
            var request = try generation(
                of: .infill(prefix: prompt ?? "", suffix: suffix),
                for: model
            )
            request.template = template?.nilIfEmpty
            return request
        }
        let conversation = Conversation(messages: messages(for: model), thinking: thinking)
        var request = try generation(of: .conversation(conversation), for: model)
        request.leadingTokens = context ?? []
        request.template = template?.nilIfEmpty
        return request
    }

    private func messages(for model: OllamaModel) -> [Message] {
        var messages: [Message] = []
        if let system = system?.nilIfEmpty ?? model.system?.nilIfEmpty {
            messages.append(Message(role: "system", content: system))
        }
        if context == nil { messages += model.messages }
        messages.append(Message(role: "user", content: prompt ?? ""))
        return messages
    }
}
