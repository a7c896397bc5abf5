package import ApusConversation

/// `POST /v1/chat/completions`: a conversation, and the next turn of it.
package enum OpenAIChat {
    /// What a client sends.
    package struct Request: Sendable, Equatable {
        /// The model's name.
        package var model: String
        /// The conversation so far.
        package var messages: [Message]
        /// The functions the model may call.
        package var tools: OpenAITools
        /// How tokens are chosen.
        package var sampling: OpenAISampling
        /// The form of the answer.
        package var format: OutputFormat?
        /// Most tokens to generate.
        package var maximumTokens: Int?
        /// How many answers are wanted.
        package var choices: Int
        /// Whether log-probabilities are wanted.
        package var logProbabilities: Bool
        /// How many alternatives are wanted with them.
        package var topLogProbabilities: Int
        /// How much the model reasons.
        package var thinking: OpenAIThinking.Choice?
        /// Whether and how the answer comes in pieces.
        package var stream: OpenAIStream
        /// How long the model stays loaded; not one of OpenAI's fields.
        package var keepAlive: OllamaKeepAlive?
        /// Members that no field has, in the order in which they came; they have no effect.
        package var unknown: [String]
    }
}

extension OpenAIChat.Request {
    private static let names: Set<String> = [
        "model", "messages", "response_format", "max_tokens", "max_completion_tokens", "n",
        "logprobs", "top_logprobs", "reasoning_effort", "reasoning", "chat_template_kwargs",
        "stream", "stream_options", "keep_alive", "verbosity", "prediction", "modalities",
    ]

    /// Reads the body of a request.
    ///
    /// Throws: `OpenAIError` whose `param` names the field that cannot be honoured.
    package init(_ body: JSONObject) throws(OpenAIError) {
        let fields = OpenAIFields(body)
        model = try fields.require("model", fields.string("model"))
        messages = try Self.messages(fields)
        tools = try OpenAITools(chat: fields)
        sampling = try OpenAISampling(fields)
        format = try OpenAIFormat.read(fields.fields("response_format"), nested: true)
        maximumTokens = try Self.maximumTokens(fields)
        choices = try fields.integer("n", in: 1...128) ?? 1
        (logProbabilities, topLogProbabilities) = try Self.logProbabilities(fields)
        thinking = try OpenAIThinking.read(chat: fields)
        stream = try OpenAIStream(fields)
        keepAlive = try OpenAICommon.keepAlive(fields)
        try OpenAICommon.check(fields)
        try Self.refuseUnsupported(fields)
        let known = Self.names.union(OpenAISampling.names).union(OpenAITools.names)
        unknown = OpenAICommon.unknown(fields, known: known)
    }

    /// The answer to choice `choice` of several, asked of the engine.
    ///
    /// Throws: `OpenAIError` that names the field which the model cannot honour.
    package func generation(
        for model: OllamaModel,
        choice: Int = 0
    ) throws(OpenAIError) -> GenerationRequest {
        try OpenAICommon.requireCompletion(model, for: "chat")
        if !tools.tools.isEmpty { try OpenAICommon.require("tools", of: model, param: "tools") }
        let conversation = Conversation(
            messages: OpenAICommon.conversation(messages, of: model),
            tools: tools.tools,
            toolChoice: tools.choice,
            allowsParallelCalls: tools.allowsParallelCalls,
            thinking: try OpenAIThinking.thinking(thinking, for: model)
        )
        var request = try sampling.generation(
            of: .conversation(conversation),
            for: model,
            choice: choice
        )
        request.format = format
        request.maximumTokens = maximumTokens ?? request.maximumTokens
        request.sampling.logProbabilities = logProbabilities
        request.sampling.topLogProbabilities = topLogProbabilities
        return request
    }

    private static func messages(_ fields: OpenAIFields) throws(OpenAIError) -> [Message] {
        let list = try fields.require("messages", fields.array("messages"))
        guard !list.isEmpty else {
            throw .value(
                "messages",
                "Invalid 'messages': empty array. Expected an array with minimum length 1, but "
                    + "got an empty array instead.",
                code: "empty_array"
            )
        }
        var reader = OpenAIMessageReader()
        for (position, message) in list.enumerated() {
            try reader.read(message, at: "messages[\(position)]")
        }
        return reader.messages
    }

    private static func maximumTokens(_ fields: OpenAIFields) throws(OpenAIError) -> Int? {
        let old = try fields.integer("max_tokens", in: 1...Int.max)
        let new = try fields.integer("max_completion_tokens", in: 1...Int.max)
        if let old, let new, old != new {
            throw .value(
                "max_tokens",
                "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not "
                    + "supported.",
                code: "invalid_parameter_combination"
            )
        }
        return new ?? old
    }

    private static func logProbabilities(
        _ fields: OpenAIFields
    ) throws(OpenAIError) -> (Bool, Int) {
        let isOn = try fields.boolean("logprobs") ?? false
        let top = try fields.integer("top_logprobs", in: 0...20)
        if let top, top > 0, !isOn {
            throw .value(
                "top_logprobs",
                "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled."
            )
        }
        return (isOn, top ?? 0)
    }

    private static func refuseUnsupported(_ fields: OpenAIFields) throws(OpenAIError) {
        if try fields.boolean("store") ?? false {
            throw .unsupported("store", "a stored chat completion")
        }
        try fields.refuse("audio", "an answer in sound")
        try fields.refuse("web_search_options", "a search of the web")
        try fields.refuse("moderation", "moderation")
        _ = try fields.string("verbosity", of: ["medium"])
        for (position, kind) in (try fields.strings("modalities") ?? []).enumerated()
        where kind != "text" {
            throw .choice("modalities[\(position)]", kind, of: ["text"])
        }
        if let prediction = try fields.fields("prediction") {
            _ = try prediction.string("type", of: ["content"])
            _ = try OpenAIContent.text(prediction, "content")
        }
    }
}
