package import ApusConversation

/// `POST /tokenize`: the tokens of a text or of a chat request, in vLLM's shape.
package enum OpenAITokenize {
    /// What is to be turned into tokens.
    package enum Input: Sendable, Equatable {
        case text(String)
        /// The prompt that a chat request makes.
        case chat(OpenAIChat.Request)
    }

    /// What a client sends.
    package struct Request: Sendable, Equatable {
        /// The model's name.
        package var model: String
        /// The text or the conversation.
        package var input: Input
        /// Whether the tokens that the model wants around a prompt are there, too.
        package var addsSpecial: Bool
        /// How long the model stays loaded; not one of vLLM's fields.
        package var keepAlive: OllamaKeepAlive?
        /// Members that no field has, in the order in which they came; they have no effect.
        package var unknown: [String]
    }
}

extension OpenAITokenize.Request {
    private static let names: Set<String> = [
        "model", "prompt", "messages", "tools", "add_special_tokens", "add_generation_prompt",
        "continue_final_message", "return_token_strs", "chat_template", "chat_template_kwargs",
        "keep_alive",
    ]

    /// Reads the body of a request.
    ///
    /// Throws: `OpenAIError` whose `param` names the field that cannot be honoured.
    package init(_ body: JSONObject) throws(OpenAIError) {
        let fields = OpenAIFields(body)
        model = try fields.require("model", fields.string("model"))
        addsSpecial = try fields.boolean("add_special_tokens") ?? true
        keepAlive = try OpenAICommon.keepAlive(fields)
        if let text = try fields.string("prompt") {
            try fields.refuse("messages", "a conversation beside a 'prompt'")
            input = .text(text)
            unknown = OpenAICommon.unknown(fields, known: Self.names)
        } else {
            guard fields["messages"] != nil else { throw .missing("prompt") }
            let chat = try OpenAIChat.Request(body)
            input = .chat(chat)
            unknown = chat.unknown.filter { !Self.names.contains($0) }
        }
        if try fields.boolean("return_token_strs") ?? false {
            throw .unsupported("return_token_strs", "the texts of single tokens")
        }
        try fields.refuse("chat_template", "a template of its own")
        try checkEnd(fields)
    }

    /// A prompt ends where the model goes on: in a last assistant turn, or in a new one.
    private func checkEnd(_ fields: OpenAIFields) throws(OpenAIError) {
        var isContinued = false
        if case .chat(let chat) = input { isContinued = chat.messages.last?.role == "assistant" }
        if try fields.boolean("continue_final_message") ?? isContinued, !isContinued {
            throw .unsupported(
                "continue_final_message",
                "to go on in a turn that is no assistant's"
            )
        }
        if try fields.boolean("add_generation_prompt") ?? !isContinued == isContinued {
            throw .unsupported("add_generation_prompt", "another end than chat requests have")
        }
    }

    /// The body of the answer; `limit` is how many tokens fit.
    package func answer(_ tokens: [Int32], limit: Int) -> JSONValue {
        [
            "count": .number(tokens.count), "max_model_len": .number(limit),
            "tokens": .array(tokens.map { .integer(Int64($0)) }), "token_strs": .null,
        ]
    }
}
