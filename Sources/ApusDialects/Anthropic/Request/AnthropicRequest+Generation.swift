package import ApusConversation

extension AnthropicRequest {
    /// The same for the engine.
    ///
    /// A count renders only. Sampling is the model's unless the request says otherwise; a prompt
    /// that does not fit is refused and never cut. The model's own stop texts stay in force
    /// beside those of the request.
    ///
    /// Throws: `missingCapability`, `invalidOption`, `invalidValue`; `unsupported` for a thread, which
    /// callers answer with `AnthropicError.threadUnsupported` before they come here.
    package func generation(
        for model: OllamaModel,
        seal: AnthropicSeal
    ) throws(DialectError) -> GenerationRequest {
        if usesThread { throw DialectError(.unsupported, AnthropicError.threadUnsupported.message) }
        try model.requireCompletion(for: "chat")
        if !tools.tools.isEmpty { try model.require(["tools"]) }
        var request = GenerationRequest(
            prompt: .conversation(try conversation(for: model, seal: seal))
        )
        try model.options(with: nil).apply(to: &request)
        request.format = format
        // Zero asks for a warm cache only; the framing leaves out the one token that comes.
        request.maximumTokens = maximumTokens.map { max(1, $0) }
        if let budget = thinking?.budget { request.thinkingBudget = budget }
        if let temperature { request.sampling.temperature = Float(temperature) }
        if let topP { request.sampling.topP = Float(topP) }
        if let topK { request.sampling.topK = topK }
        let stop = request.stop
        request.stop += stopSequences.filter { !stop.contains($0) }
        request.overflow = .refuse
        request.shiftsContext = false
        request.rendersOnly = purpose == .count
        return request
    }

    /// Names of members without effect, given what the model can do.
    package func ignored(for model: OllamaModel) -> [String] {
        let asksForMore = thinking.map { $0.mode != .disabled } ?? false
        guard asksForMore, !model.capabilities.contains("thinking") else { return ignored }
        return ignored + ["thinking"]
    }

    private func conversation(
        for model: OllamaModel,
        seal: AnthropicSeal
    ) throws(DialectError) -> Conversation {
        var converter = AnthropicTurns(seal: seal)
        for turn in turns { try converter.append(turn) }
        try converter.checkAnswers()
        var messages = converter.messages
        try Self.checkEnd(messages)
        let own = model.system.flatMap { $0.isEmpty ? nil : $0 }
        let hasOwnTurn = messages.first?.role == "system"
        if let text = system ?? (hasOwnTurn ? nil : own) {
            if hasOwnTurn {
                messages[0].content = text + "\n" + messages[0].content
            } else {
                messages.insert(Message(role: "system", content: text), at: 0)
            }
        }
        // The model's own turns follow the system message and open every conversation with it.
        let start = messages.first?.role == "system" ? 1 : 0
        messages.insert(contentsOf: model.messages, at: start)
        return Conversation(
            messages: messages,
            tools: tools.tools,
            toolChoice: tools.choice,
            allowsParallelCalls: tools.allowsParallelCalls,
            thinking: thinking(of: model)
        )
    }

    /// Without a `thinking` member a model answers at once, as in Anthropic's API, unless an effort
    /// is named; a model that cannot reason is never asked to.
    private func thinking(of model: OllamaModel) -> Thinking? {
        guard model.capabilities.contains("thinking") else { return nil }
        guard let thinking else { return effort.map { .effort($0) } ?? .off }
        let last = turns.last { $0.role != "system" }
        let followsTool = last?.blocks.contains { block in
            if case .toolResult = block { true } else { false }
        }
        return thinking.thinking(effort: effort, followsTool: followsTool ?? false)
    }

    /// Refuses a last turn that cannot be continued.
    private static func checkEnd(
        _ messages: [Message]
    ) throws(DialectError) {
        guard let last = messages.last else {
            throw DialectError(.invalidValue, "messages: at least one message is required")
        }
        guard last.role == "assistant" else { return }
        if last.content.last?.isWhitespace == true {
            throw DialectError(
                .invalidValue,
                "messages: final assistant content cannot end with trailing whitespace"
            )
        }
    }
}
