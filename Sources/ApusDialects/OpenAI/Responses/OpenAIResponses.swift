package import ApusConversation

/// `POST /v1/responses`: the next response in a conversation that the server may keep.
package enum OpenAIResponses {
    /// What a client sends.
    package struct Request: Sendable, Equatable {
        /// The model's name.
        package var model: String
        /// The new items.
        package var input: [JSONValue]
        /// The same as turns.
        package var messages: [Message]
        /// The system message of this response only.
        package var instructions: String?
        /// The response that this one goes on from.
        package var previousResponseID: String?
        /// The conversation that this response belongs to.
        package var conversationID: String?
        /// Whether the response can be retrieved later.
        package var store: Bool
        /// The functions the model may call.
        package var tools: OpenAITools
        /// How tokens are chosen.
        package var sampling: OpenAISampling
        /// The form of the answer.
        package var format: OutputFormat?
        /// How much the model reasons.
        package var thinking: OpenAIThinking.Choice?
        /// Whether reasoning comes as a summary instead of as it is.
        package var summarises: Bool
        /// Whether reasoning comes also in a form that clients only pass back.
        package var sealsReasoning: Bool
        /// Most tokens to generate.
        package var maximumTokens: Int?
        /// Whether log-probabilities are wanted.
        package var logProbabilities: Bool
        /// How many alternatives are wanted with them.
        package var topLogProbabilities: Int
        /// Whether a conversation that does not fit loses its oldest turns.
        package var truncates: Bool
        /// Whether the response is made whether or not anybody waits for it.
        package var background: Bool
        /// Whether and how the answer comes in pieces.
        package var stream: OpenAIStream
        /// How long the model stays loaded; not one of OpenAI's fields.
        package var keepAlive: OllamaKeepAlive?
        /// Members that no field has, in the order in which they came; they have no effect.
        package var unknown: [String]
        /// The members that the response repeats.
        let echo: JSONObject
    }
}

extension OpenAIResponses.Request {
    private static let names: Set<String> = [
        "model", "input", "instructions", "previous_response_id", "conversation", "tools",
        "tool_choice", "parallel_tool_calls", "text", "reasoning", "include", "truncation",
        "max_output_tokens", "max_tool_calls", "top_logprobs", "stream", "stream_options",
        "background", "context_management", "keep_alive",
    ]

    /// Reads the body of a request.
    ///
    /// Throws: `OpenAIError` whose `param` names the field that cannot be honoured.
    package init(_ body: JSONObject) throws(OpenAIError) {
        let fields = OpenAIFields(body)
        echo = body
        model = try fields.require("model", fields.string("model"))
        (input, messages) = try Self.input(fields)
        instructions = try fields.string("instructions")
        previousResponseID = try fields.string("previous_response_id")
        conversationID = try Self.conversation(fields)
        store = try fields.boolean("store") ?? true
        tools = try OpenAITools(responses: fields)
        sampling = try OpenAISampling(fields)
        let text = try fields.fields("text")
        _ = try text?.string("verbosity", of: ["medium"])
        format = try OpenAIFormat.read(text?.fields("format"), nested: false)
        let reasoning = try fields.fields("reasoning")
        thinking = nil
        summarises = false
        if let reasoning {
            thinking = try OpenAIThinking.effort(reasoning, "effort")
            let styles = ["auto", "concise", "detailed"]
            let older = try reasoning.string("generate_summary", of: styles)
            summarises = try reasoning.string("summary", of: styles) ?? older != nil
        }
        maximumTokens = try fields.integer("max_output_tokens", in: 1...Int.max)
        let included = try OpenAIInclusion.read(fields)
        sealsReasoning = included.contains(OpenAIInclusion.sealedReasoning)
        let top = try fields.integer("top_logprobs", in: 0...20)
        logProbabilities = included.contains(OpenAIInclusion.logProbabilities) || top ?? 0 > 0
        topLogProbabilities = top ?? 0
        truncates = try fields.string("truncation", of: ["auto", "disabled"]) == "auto"
        background = try fields.boolean("background") ?? false
        stream = try OpenAIStream(fields)
        keepAlive = try OpenAICommon.keepAlive(fields)
        try OpenAICommon.check(fields)
        unknown = OpenAICommon.unknown(
            fields,
            known: Self.names.union(OpenAISampling.names)
        )
        try refuseUnsupported(fields)
    }

    /// The next response, asked of the engine.
    ///
    /// - `history`: the turns of the responses before this one.
    ///
    /// Throws: `OpenAIError` that names the field which the model cannot honour.
    package func generation(
        for model: OllamaModel,
        history: [Message] = []
    ) throws(OpenAIError) -> GenerationRequest {
        try OpenAICommon.requireCompletion(model, for: "chat")
        if !tools.tools.isEmpty { try OpenAICommon.require("tools", of: model, param: "tools") }
        var turns = history + messages
        if let instructions { turns.insert(Message(role: "system", content: instructions), at: 0) }
        let conversation = Conversation(
            messages: OpenAICommon.conversation(turns, of: model),
            tools: tools.tools,
            toolChoice: tools.choice,
            allowsParallelCalls: tools.allowsParallelCalls,
            thinking: try OpenAIThinking.thinking(thinking, for: model)
        )
        var request = try sampling.generation(
            of: .conversation(conversation),
            for: model,
            choice: 0
        )
        request.format = format
        request.maximumTokens = maximumTokens ?? request.maximumTokens
        request.sampling.logProbabilities = logProbabilities
        request.sampling.topLogProbabilities = topLogProbabilities
        request.overflow = truncates ? .truncate : .refuse
        return request
    }

    private static func input(
        _ fields: OpenAIFields
    ) throws(OpenAIError) -> ([JSONValue], [Message]) {
        let items: [JSONValue]
        switch fields["input"] {
        case .string(let text): items = [["role": "user", "content": .string(text)]]
        case nil: items = []
        default: items = try fields.array("input") ?? []
        }
        return (items, try OpenAIItems.messages(items))
    }

    private static func conversation(_ fields: OpenAIFields) throws(OpenAIError) -> String? {
        guard case .object = fields["conversation"], let entry = try fields.fields("conversation")
        else { return try fields.string("conversation") }
        return try entry.require("id", entry.string("id"))
    }

    private func refuseUnsupported(_ fields: OpenAIFields) throws(OpenAIError) {
        if background, !store {
            throw .value("background", "A response in the background needs 'store' to be true.")
        }
        try fields.refuse("background_options", "a time window for work in the background")
        try fields.refuse("access_programs", "a program of access")
        try fields.refuse("prompt", "a stored prompt")
        try fields.refuse("moderation", "moderation")
        try fields.refuse("personality", "a personality of the model")
        if let options = try fields.fields("prompt_cache_options") {
            if try options.boolean("prewarm") ?? false {
                throw .unsupported(options.path("prewarm"), "a prompt that is only read")
            }
            try options.refuse("comparison_response_id", "a diagnosis of the cache")
        }
        if try fields.array("context_management")?.isEmpty == false {
            throw .unsupported("context_management", "management of the context")
        }
        _ = try fields.integer("max_tool_calls", in: 1...Int.max)
        if previousResponseID != nil, conversationID != nil {
            throw .value(
                "previous_response_id",
                "'previous_response_id' and 'conversation' cannot be given together.",
                code: "mutually_exclusive_parameters"
            )
        }
        if messages.isEmpty, instructions == nil, previousResponseID == nil, conversationID == nil {
            throw .missing("input")
        }
    }
}
