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
    /// Reasoning before the answer; nil leaves it to the template's default.
    package var thinking: Thinking?

    /// A conversation; only the messages are needed.
    package init(messages: [Message], tools: [Tool] = [], thinking: Thinking? = nil) {
        self.messages = messages
        self.tools = tools
        self.thinking = thinking
    }
}
