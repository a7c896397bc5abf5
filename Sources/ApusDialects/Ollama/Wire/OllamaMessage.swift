package import ApusConversation

/// One turn of a conversation on the wire.
package struct OllamaMessage: Sendable, Equatable, Codable {
    /// Who speaks, in lower case.
    package var role: String
    /// The text; always written, even when empty.
    package var content: String
    /// The reasoning before the answer.
    package var thinking: String?
    /// Pictures or sound, each base64.
    package var images: [String]?
    /// Calls the assistant makes.
    package var toolCalls: [OllamaToolCall]?
    /// For a tool's answer: the tool.
    package var toolName: String?
    /// For a tool's answer: the call.
    package var toolCallID: String?

    private enum CodingKeys: String, CodingKey {
        case role, content, thinking, images
        case toolCalls = "tool_calls"
        case toolName = "tool_name"
        case toolCallID = "tool_call_id"
    }

    /// A turn of `role`.
    package init(
        role: String,
        content: String = "",
        thinking: String? = nil,
        images: [String]? = nil,
        toolCalls: [OllamaToolCall]? = nil,
        toolName: String? = nil,
        toolCallID: String? = nil
    ) {
        self.role = role
        self.content = content
        self.thinking = thinking
        self.images = images
        self.toolCalls = toolCalls
        self.toolName = toolName
        self.toolCallID = toolCallID
    }

    /// Reads a turn; a missing role or content is empty, and the role becomes lower case.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        role = try fields.decodeIfPresent(String.self, forKey: .role)?.lowercased() ?? ""
        content = try fields.decodeIfPresent(String.self, forKey: .content) ?? ""
        thinking = try fields.decodeIfPresent(String.self, forKey: .thinking)
        images = try fields.decodeIfPresent([String].self, forKey: .images)
        toolCalls = try fields.decodeIfPresent([OllamaToolCall].self, forKey: .toolCalls)
        toolName = try fields.decodeIfPresent(String.self, forKey: .toolName)
        toolCallID = try fields.decodeIfPresent(String.self, forKey: .toolCallID)
    }

    /// The same for a conversation; images are not part of it.
    package var message: Message {
        Message(
            role: role,
            content: content,
            thinking: thinking,
            toolCalls: (toolCalls ?? []).map(\.call),
            toolName: toolName,
            toolCallID: toolCallID
        )
    }
}

/// A call of a tool on the wire.
package struct OllamaToolCall: Sendable, Equatable, Codable {
    /// What is called.
    package struct Function: Sendable, Equatable, Codable {
        /// Place of the call among those of one answer.
        package var index: Int
        /// The function's name.
        package var name: String
        /// The arguments, in the order in which the model wrote them.
        package var arguments: JSONObject

        private enum CodingKeys: String, CodingKey {
            case index, name, arguments
        }

        /// A call of `name`.
        package init(index: Int = 0, name: String, arguments: JSONObject) {
            self.index = index
            self.name = name
            self.arguments = arguments
        }

        /// Reads a call; only `arguments` must have the right type, everything may be missing.
        package init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            index = try fields.decodeIfPresent(Int.self, forKey: .index) ?? 0
            name = try fields.decodeIfPresent(String.self, forKey: .name) ?? ""
            arguments = try fields.decodeIfPresent(JSONObject.self, forKey: .arguments) ?? [:]
        }
    }

    /// Identifier that the tool's answer refers to.
    package var id: String?
    /// What is called.
    package var function: Function

    /// A call of a function.
    package init(id: String? = nil, function: Function) {
        self.id = id
        self.function = function
    }

    /// A call that a model made, as the `index`th of its answer.
    package init(_ call: ToolCall, index: Int) {
        id = call.id.nilIfEmpty
        function = Function(
            index: index,
            name: call.name,
            arguments: call.arguments.objectValue ?? [:]
        )
    }

    /// The same for a conversation.
    package var call: ToolCall {
        ToolCall(id: id ?? "", name: function.name, arguments: .object(function.arguments))
    }
}

/// A function the model may call, on the wire.
package struct OllamaTool: Sendable, Equatable, Codable {
    /// What can be called.
    package struct Function: Sendable, Equatable, Codable {
        /// The function's name.
        package var name: String
        /// What it does.
        package var description: String?
        /// JSON Schema of its arguments, passed on with every keyword.
        package var parameters: JSONValue?

        private enum CodingKeys: String, CodingKey {
            case name, description, parameters
        }

        /// A function.
        package init(name: String, description: String? = nil, parameters: JSONValue? = nil) {
            self.name = name
            self.description = description
            self.parameters = parameters
        }

        /// Reads a function; everything may be missing.
        package init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            name = try fields.decodeIfPresent(String.self, forKey: .name) ?? ""
            description = try fields.decodeIfPresent(String.self, forKey: .description)
            parameters = try fields.decodeIfPresent(JSONObject.self, forKey: .parameters)
                .map { .object($0) }
        }
    }

    /// The kind of tool: `function`.
    package var type: String?
    /// What can be called.
    package var function: Function

    /// A function tool.
    package init(type: String? = "function", function: Function) {
        self.type = type
        self.function = function
    }

    /// The same for a conversation.
    package var tool: Tool {
        Tool(
            type: type ?? "function",
            name: function.name,
            description: function.description,
            parameters: function.parameters ?? .object([:])
        )
    }
}

extension String {
    /// Nil for the empty text, which Go's encoder leaves out.
    var nilIfEmpty: String? { isEmpty ? nil : self }
}
