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

/// A piece of a call while the model writes it.
///
/// The pieces of one call carry the same index and identifier; those of the next call come after.
package struct ToolCallDelta: Sendable, Equatable, Codable {
    /// Which call of the answer, counted from 0.
    package var index: Int
    /// The identifier that the whole call will have.
    package var id: String
    /// The function's name, with the first piece of a call only.
    package var name: String?
    /// More of the arguments' JSON text; all pieces together are the text as the model wrote it.
    package var arguments: String

    /// A piece of call `index`.
    package init(index: Int, id: String, name: String? = nil, arguments: String = "") {
        self.index = index
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}
