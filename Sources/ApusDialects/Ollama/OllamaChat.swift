package import ApusConversation

/// `POST /api/chat`: a conversation, and the next turn of it.
package enum OllamaChat {
    /// What a client sends.
    package struct Request: OllamaRequest, Equatable {
        /// The model's name.
        package var model: String?
        /// The conversation so far; empty to load or unload the model.
        package var messages: [OllamaMessage]?
        /// Whether the answer comes in pieces.
        package var stream: Bool?
        /// The format that the answer must have.
        package var format: JSONValue?
        /// How long the model stays loaded.
        package var keepAlive: OllamaKeepAlive?
        /// Functions the model may call.
        package var tools: [OllamaTool]?
        /// Whether a tool is called.
        package var toolChoice: OllamaToolChoice?
        /// Whether one turn may call several tools; absent means yes.
        package var parallelToolCalls: Bool?
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
            case model, messages, stream, format
            case keepAlive = "keep_alive"
            case tools
            case toolChoice = "tool_choice"
            case parallelToolCalls = "parallel_tool_calls"
            case options, think, truncate, shift, logprobs
            case topLogprobs = "top_logprobs"
            case debugRenderOnly = "_debug_render_only"
        }

        /// A request to go on with `messages`.
        package init(model: String, messages: [OllamaMessage] = []) {
            self.model = model
            self.messages = messages
        }
    }

    /// One piece of the answer, or all of it.
    package struct Response: Sendable, Equatable {
        /// The model's name as the client wrote it.
        package var model: String
        /// When this piece was made.
        package var createdAt: WireTime
        /// A piece of the assistant's turn.
        package var message: OllamaMessage
        /// Whether this is the last piece.
        package var done = false
        /// Why it is: `stop`, `length`, `load` or `unload`.
        package var doneReason: String?
        /// The prompt as rendered.
        package var debugInfo: OllamaDebugInfo?
        /// Log-probabilities of the tokens of this piece.
        package var logprobs: [OllamaLogProbability]?
        /// Counts and times, on the last piece.
        package var metrics = OllamaMetrics()

        /// An empty piece.
        package init(model: String, createdAt: WireTime) {
            self.model = model
            self.createdAt = createdAt
            message = OllamaMessage(role: "assistant")
        }
    }
}

extension OllamaChat.Request {
    /// What is asked for.
    package var intent: OllamaIntent {
        guard messages ?? [] == [] else { return .generate }
        return keepAlive?.isImmediate == true ? .unload : .load
    }

    /// The same for the engine.
    package func generation(for model: OllamaModel) throws(DialectError) -> GenerationRequest {
        let messages = messages ?? []
        let tools = tools ?? []
        try model.requireCompletion(for: "chat")
        var needed: [String] = []
        if messages.contains(where: { !($0.images ?? []).isEmpty }) { needed.append("vision") }
        if !tools.isEmpty { needed.append("tools") }
        try model.require(needed)
        var turns = model.messages + messages.map(\.message)
        if messages.first?.role != "system", let system = model.system?.nilIfEmpty {
            turns.insert(Message(role: "system", content: system), at: 0)
        }
        if Self.hidesEarlierThinking(model) { Self.cutThinking(from: &turns) }
        let conversation = Conversation(
            messages: turns,
            tools: tools.map(\.tool),
            toolChoice: toolChoice?.choice ?? .automatic,
            allowsParallelCalls: parallelToolCalls ?? true,
            thinking: try model.thinking(think)
        )
        return try generation(of: .conversation(conversation), for: model)
    }

    /// Models whose templates expect earlier reasoning to be gone from the text of their turns.
    private static func hidesEarlierThinking(_ model: OllamaModel) -> Bool {
        model.family == "qwen3" || model.fullName.contains("/deepseek-r1:")
    }

    /// Cuts `<think>...</think>` from assistant turns before the last user turn.
    private static func cutThinking(from turns: inout [Message]) {
        guard let last = turns.lastIndex(where: { $0.role == "user" }) else { return }
        for position in turns[..<last].indices where turns[position].role == "assistant" {
            let content = turns[position].content
            guard let open = content.firstRange(of: "<think>"),
                let close = content[open.upperBound...].firstRange(of: "</think>")
            else { continue }
            let rest = content[close.upperBound...].drop { $0.isWhitespace }
            turns[position].content = String(content[..<open.lowerBound] + rest)
        }
    }
}

/// Members in Ollama's order, the metrics last.
extension OllamaChat.Response: Codable {
    private enum CodingKeys: String, CodingKey {
        case model
        case createdAt = "created_at"
        case message, done
        case doneReason = "done_reason"
        case debugInfo = "_debug_info"
        case logprobs
    }

    /// Reads a piece; only model, time and done must be there.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        model = try fields.decode(String.self, forKey: .model)
        createdAt = try fields.decode(WireTime.self, forKey: .createdAt)
        message =
            try fields.decodeIfPresent(OllamaMessage.self, forKey: .message)
            ?? OllamaMessage(role: "assistant")
        done = try fields.decode(Bool.self, forKey: .done)
        doneReason = try fields.decodeIfPresent(String.self, forKey: .doneReason)
        debugInfo = try fields.decodeIfPresent(OllamaDebugInfo.self, forKey: .debugInfo)
        logprobs = try fields.decodeIfPresent([OllamaLogProbability].self, forKey: .logprobs)
        metrics = try OllamaMetrics(from: decoder)
    }

    /// Writes a piece.
    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(model, forKey: .model)
        try fields.encode(createdAt, forKey: .createdAt)
        try fields.encode(message, forKey: .message)
        try fields.encode(done, forKey: .done)
        try fields.encodeIfPresent(doneReason, forKey: .doneReason)
        try fields.encodeIfPresent(debugInfo, forKey: .debugInfo)
        try fields.encodeIfPresent(logprobs, forKey: .logprobs)
        try metrics.encode(to: encoder)
    }
}
