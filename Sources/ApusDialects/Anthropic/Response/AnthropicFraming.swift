package import ApusConversation

/// Folds what a model answers into the events of Anthropic's stream.
///
/// One block is open at a time and indices are contiguous. White space that begins a text block is
/// held back until other text follows, so that the line breaks between reasoning and a call make no
/// block; an answer of nothing but white space keeps it, and an empty answer has no blocks.
///
/// A call whose text turns out to be none becomes text. With `streamsToolInput` its first pieces
/// may already be with the client and cannot be taken back: the call's block is closed as it is, its
/// input no complete JSON, and the whole text follows in a block of its own; the message then does
/// not end with `tool_use` on its account. Without `streamsToolInput`, the choice for an answer that
/// is sent as a whole, calls appear only when they are complete.
///
/// With `max_tokens` 0, which only warms the cache, nothing that the model says is passed on.
package struct AnthropicFraming: Sendable {
    /// What a framing needs to know of a request.
    package struct Context: Sendable {
        /// `msg_` and something unique.
        package var messageID: String
        /// The model's name as the client wrote it.
        package var model: String
        /// The request's own stop sequences; other stop texts are the model's way to end a turn.
        package var stopSequences: [String] = []
        /// The request's `max_tokens`.
        package var maximumTokens: Int?
        /// How cached tokens are counted.
        package var caching: AnthropicCaching?
        /// Whether the client is shown the reasoning.
        package var showsThinking = true
        /// Whether the input of a call is sent while the model writes it.
        package var streamsToolInput = true
        /// `standard` or `batch`.
        package var tier = "standard"

        /// What `request` says.
        package init(messageID: String, request: AnthropicRequest) {
            self.messageID = messageID
            model = request.model
            stopSequences = request.stopSequences
            maximumTokens = request.maximumTokens
            caching = request.caching
            showsThinking = request.thinking?.isShown ?? true
            streamsToolInput = request.streams
        }
    }

    private enum Open {
        case none
        case text
        /// Reasoning, with all of it so far.
        case thinking(String)
        /// A call, with how much of its input is out.
        case tool(id: String, hasInput: Bool)
    }

    private let context: Context
    private let seal: AnthropicSeal
    private var usage: AnthropicUsage
    private var hasStarted = false
    private var open = Open.none
    private var blocks = 0
    private var calls = 0
    private var heldSpace = ""

    /// A framing of one answer.
    package init(_ context: Context, seal: AnthropicSeal) {
        self.context = context
        self.seal = seal
        usage = AnthropicUsage(PromptUsage(tokens: 0, cachedTokens: 0), caching: context.caching)
        usage.tier = context.tier
    }

    /// The events that an event of the engine makes, often one, sometimes none.
    package mutating func events(for event: GenerationEvent) -> [AnthropicEvent] {
        switch event {
        case .rendered, .logProbabilities: return []
        case .started(let prompt): return start(prompt)
        case .finished(let summary): return started() + finish(summary)
        case _ where context.maximumTokens == 0: return started()
        case .content(let text): return started() + content(text)
        case .thinking(let text): return started() + thinking(text)
        case .toolCallDelta(let delta): return started() + toolCallDelta(delta)
        case .toolCall(let call): return started() + toolCall(call)
        case .malformedToolCall(let text): return started() + content(text)
        }
    }

    /// Begins the message before the prompt has been read, so that pings can follow it.
    ///
    /// The counts are corrected by `message_delta`. A second beginning makes no event.
    package mutating func start(_ prompt: PromptUsage) -> [AnthropicEvent] {
        usage = AnthropicUsage(prompt, caching: context.caching)
        usage.tier = context.tier
        return started()
    }

    private mutating func started() -> [AnthropicEvent] {
        guard !hasStarted else { return [] }
        hasStarted = true
        let message = AnthropicMessage(
            id: context.messageID,
            model: context.model,
            usage: usage
        )
        return [.messageStart(message)]
    }
}

extension AnthropicFraming {
    private mutating func content(_ text: String) -> [AnthropicEvent] {
        if case .text = open { return text.isEmpty ? [] : [.blockDelta(blocks - 1, .text(text))] }
        guard text.contains(where: { !$0.isWhitespace }) else {
            heldSpace += text
            return []
        }
        let whole = heldSpace + text
        heldSpace = ""
        let events = close() + begin(.text(""))
        open = .text
        return events + [.blockDelta(blocks - 1, .text(whole))]
    }

    private mutating func thinking(_ text: String) -> [AnthropicEvent] {
        guard !text.isEmpty else { return [] }
        var events: [AnthropicEvent] = []
        var whole = text
        if case .thinking(let earlier) = open {
            whole = earlier + text
        } else {
            heldSpace = ""
            events = close() + begin(.thinking("", signature: ""))
        }
        open = .thinking(whole)
        if context.showsThinking { events.append(.blockDelta(blocks - 1, .thinking(text))) }
        return events
    }

    private mutating func toolCallDelta(_ delta: ToolCallDelta) -> [AnthropicEvent] {
        guard context.streamsToolInput else { return [] }
        var events: [AnthropicEvent] = []
        if case .tool(let id, _) = open, id == delta.id {
        } else if let name = delta.name {
            events = beginCall(delta.id, name)
        } else {
            return []
        }
        guard !delta.arguments.isEmpty else { return events }
        open = .tool(id: delta.id, hasInput: true)
        return events + [.blockDelta(blocks - 1, .inputJSON(delta.arguments))]
    }

    private mutating func toolCall(_ call: ToolCall) -> [AnthropicEvent] {
        calls += 1
        var events: [AnthropicEvent] = []
        if case .tool(let id, let hasInput) = open, id == call.id {
            if hasInput { return close() }
        } else {
            events = beginCall(call.id, call.name)
        }
        var input = call.arguments
        if input.objectValue == nil { input = input.isNull ? [:] : ["input": input] }
        events.append(.blockDelta(blocks - 1, .inputJSON(input.jsonText())))
        return events + close()
    }

    private mutating func beginCall(_ id: String, _ name: String) -> [AnthropicEvent] {
        heldSpace = ""
        let wireID = AnthropicToolID.wire(id)
        let events = close() + begin(.toolUse(id: wireID, name: name, input: ""))
        open = .tool(id: id, hasInput: false)
        return events
    }

    private mutating func finish(_ summary: GenerationSummary) -> [AnthropicEvent] {
        var events: [AnthropicEvent] = []
        if blocks == 0, !heldSpace.isEmpty {
            events = begin(.text(""))
            open = .text
            events.append(.blockDelta(0, .text(heldSpace)))
        }
        events += close()
        usage = AnthropicUsage(summary.prompt, caching: context.caching)
        usage.tier = context.tier
        usage.outputTokens = max(0, summary.generatedTokens)
        if context.maximumTokens == 0 {
            usage.outputTokens = 0
            return events + [.messageDelta(.maxTokens, sequence: nil, usage), .messageStop]
        }
        usage.thinkingTokens = max(0, summary.thinkingTokens)
        let (reason, sequence) = stopReason(summary)
        return events + [.messageDelta(reason, sequence: sequence, usage), .messageStop]
    }

    private func stopReason(
        _ summary: GenerationSummary
    ) -> (AnthropicMessage.StopReason, String?) {
        if summary.reason == .length {
            let limit = context.maximumTokens ?? 0
            return (summary.generatedTokens < limit ? .contextExceeded : .maxTokens, nil)
        }
        if let text = summary.stopText, context.stopSequences.contains(text) {
            return (.stopSequence, text)
        }
        return (calls > 0 ? .toolUse : .endTurn, nil)
    }

    /// Begins the next block; `open` is for the caller to set.
    private mutating func begin(_ block: AnthropicMessage.Block) -> [AnthropicEvent] {
        blocks += 1
        return [.blockStart(blocks - 1, block)]
    }

    /// Ends the open block, reasoning with its signature.
    private mutating func close() -> [AnthropicEvent] {
        defer { open = .none }
        switch open {
        case .none: return []
        case .text, .tool: return [.blockStop(blocks - 1)]
        case .thinking(let text):
            let signature = context.showsThinking ? seal.sign(text) : seal.conceal(text)
            return [.blockDelta(blocks - 1, .signature(signature)), .blockStop(blocks - 1)]
        }
    }
}
