/// What a client asks a chat model to continue: the waist between the APIs and the engine.
///
/// Every dialect turns its request into one of these; templates turn it into a prompt.
package struct Conversation: Sendable, Equatable, Codable {
    /// The turns so far, oldest first.
    ///
    /// A final `assistant` turn is continued rather than followed.
    package var messages: [Message]
    /// Functions the model may call.
    package var tools: [Tool]
    /// Whether a tool is called.
    package var toolChoice: ToolChoice
    /// Whether one turn may call several tools.
    package var allowsParallelCalls: Bool
    /// Reasoning before the answer; nil leaves it to the template's default.
    package var thinking: Thinking?

    /// A conversation; only the messages are needed.
    package init(
        messages: [Message],
        tools: [Tool] = [],
        toolChoice: ToolChoice = .automatic,
        allowsParallelCalls: Bool = true,
        thinking: Thinking? = nil
    ) {
        self.messages = messages
        self.tools = tools
        self.toolChoice = toolChoice
        self.allowsParallelCalls = allowsParallelCalls
        self.thinking = thinking
    }
}

extension Conversation {
    /// Reads a conversation; what is missing has its default.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            messages: try fields.decode([Message].self, forKey: .messages),
            tools: try fields.decodeIfPresent([Tool].self, forKey: .tools) ?? [],
            toolChoice: try fields.decodeIfPresent(ToolChoice.self, forKey: .toolChoice)
                ?? .automatic,
            allowsParallelCalls: try fields.decodeIfPresent(Bool.self, forKey: .allowsParallelCalls)
                ?? true,
            thinking: try fields.decodeIfPresent(Thinking.self, forKey: .thinking)
        )
    }
}
