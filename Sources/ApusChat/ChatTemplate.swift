package import ApusConversation

/// A chat template, whatever its language: parsed once, rendered for every request.
///
/// The rendered text may begin with `RenderOptions.beginningText`; whoever tokenizes it then adds
/// no second beginning-of-sequence token.
package protocol ChatTemplate: Sendable {
    /// The template's text, as it came from the model.
    var source: String { get }
    /// What the text tells about the model.
    var features: ChatFeatures { get }

    /// The prompt for the next assistant turn.
    ///
    /// When the last message is an assistant's without tool calls, the prompt ends where that
    /// message's text ends, so that the model goes on with it; otherwise it ends with the opening
    /// of a new assistant turn.
    /// Throws: `ChatError`; code `raised` carries the template's own words to the client.
    func render(
        _ conversation: Conversation,
        options: RenderOptions
    ) throws(ChatError) -> String

    /// The prompt for text that belongs between `prompt` and `suffix`.
    ///
    /// Throws: `ChatError` with code `unsupported` when the template has no place for a suffix.
    func render(
        prompt: String,
        suffix: String,
        options: RenderOptions
    ) throws(ChatError) -> String
}

extension ChatTemplate {
    package func render(
        prompt: String,
        suffix: String,
        options: RenderOptions
    ) throws(ChatError) -> String {
        throw ChatError(.unsupported, "this template has no place for a suffix.")
    }
}

/// What a render needs besides the conversation; nothing is read from the surroundings.
package struct RenderOptions: Sendable, Equatable {
    /// Today, for templates that tell the model.
    package var date: ChatDate
    /// Text of the beginning-of-sequence token, empty when the model has none.
    package var beginningText: String
    /// Text of the end-of-sequence token, empty when the model has none.
    package var endText: String

    /// Options with the texts of a model's tokens.
    package init(date: ChatDate, beginningText: String = "", endText: String = "") {
        self.date = date
        self.beginningText = beginningText
        self.endText = endText
    }
}

/// What a template's text tells about its model.
package struct ChatFeatures: Sendable, Equatable {
    /// Whether tools reach the prompt.
    package var supportsTools: Bool
    /// Whether the model reasons before it answers.
    package var supportsThinking: Bool
    /// Whether text can be filled in between a prompt and a suffix.
    package var supportsSuffix: Bool
    /// What surrounds reasoning in the output; nil when it is never set apart.
    package var thinkingTags: ThinkingTags?
    /// How tool calls appear in the output; nil when that is not known, or never.
    package var toolCallFormat: ToolCallFormat?

    /// Features; everything is off unless named.
    package init(
        supportsTools: Bool = false,
        supportsThinking: Bool = false,
        supportsSuffix: Bool = false,
        thinkingTags: ThinkingTags? = nil,
        toolCallFormat: ToolCallFormat? = nil
    ) {
        self.supportsTools = supportsTools
        self.supportsThinking = supportsThinking
        self.supportsSuffix = supportsSuffix
        self.thinkingTags = thinkingTags
        self.toolCallFormat = toolCallFormat
    }
}
