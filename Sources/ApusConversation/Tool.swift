/// A function the model may call.
package struct Tool: Sendable, Equatable, Codable {
    /// The kind of tool, `function` in every API of today.
    package var type: String
    /// The function's name.
    package var name: String
    /// What the function does, in words for the model.
    package var description: String?
    /// JSON Schema of the arguments, key order and unknown keywords kept.
    package var parameters: JSONValue

    /// A function tool.
    package init(
        type: String = "function",
        name: String,
        description: String? = nil,
        parameters: JSONValue
    ) {
        self.type = type
        self.name = name
        self.description = description
        self.parameters = parameters
    }
}

/// A call of a tool, as the model wrote it.
package struct ToolCall: Sendable, Equatable, Codable {
    /// Identifier that the tool's answer refers to; unique in a conversation.
    package var id: String
    /// The function's name.
    package var name: String
    /// The arguments, an object whose keys stand in the order the model wrote them.
    package var arguments: JSONValue

    /// A call with its arguments.
    package init(id: String, name: String, arguments: JSONValue) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}
