/// One turn of a conversation, whatever API it came from.
package struct Message: Sendable, Equatable, Codable {
    /// Who speaks: `system`, `user`, `assistant`, `tool`; other roles reach the template as they are.
    package var role: String
    /// The text of the turn; empty when there is none.
    package var content: String
    /// The model's reasoning that came before `content`, for assistant turns that carry it.
    package var thinking: String?
    /// Calls the assistant made in this turn, in order.
    package var toolCalls: [ToolCall]
    /// For a tool's answer: the name of the tool.
    package var toolName: String?
    /// For a tool's answer: the `ToolCall.id` it answers.
    package var toolCallID: String?

    /// A turn of `role`; everything but the role is optional.
    package init(
        role: String,
        content: String = "",
        thinking: String? = nil,
        toolCalls: [ToolCall] = [],
        toolName: String? = nil,
        toolCallID: String? = nil
    ) {
        self.role = role
        self.content = content
        self.thinking = thinking
        self.toolCalls = toolCalls
        self.toolName = toolName
        self.toolCallID = toolCallID
    }
}
