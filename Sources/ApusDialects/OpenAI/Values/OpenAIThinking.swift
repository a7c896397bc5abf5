internal import ApusConversation

/// Whether, or how hard, a request wants the model to reason.
package enum OpenAIThinking {
    /// The efforts that have a name.
    static let efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"]

    /// What a chat request says: `reasoning_effort`, `reasoning.effort` (as Ollama), or
    /// `chat_template_kwargs.enable_thinking`; nil when it says nothing.
    ///
    /// Throws: `OpenAIError` that names the field.
    static func read(chat fields: OpenAIFields) throws(OpenAIError) -> Choice? {
        if let choice = try effort(fields, "reasoning_effort") { return choice }
        if let reasoning = try fields.fields("reasoning"),
            let choice = try effort(reasoning, "effort")
        {
            return choice
        }
        guard let arguments = try fields.fields("chat_template_kwargs"),
            let isOn = try arguments.boolean("enable_thinking")
        else { return nil }
        return Choice(
            param: arguments.path("enable_thinking"),
            think: isOn ? .on : .off
        )
    }

    /// The effort that `name` asks for.
    static func effort(
        _ fields: OpenAIFields,
        _ name: String
    ) throws(OpenAIError) -> Choice? {
        guard let effort = try fields.string(name, of: efforts) else { return nil }
        let think: OllamaThink =
            switch effort {
            case "none": .off
            case "minimal": .level("low")
            case "xhigh": .level("max")
            default: .level(effort)
            }
        return Choice(param: fields.path(name), think: think)
    }

    /// A choice, and the field that made it.
    package struct Choice: Sendable, Equatable {
        /// The field.
        package var param: String
        /// The choice.
        package var think: OllamaThink
    }

    /// The reasoning that `choice` asks of a model; models that can, do unless told not to.
    ///
    /// Throws: `OpenAIError` when a model that cannot is asked to.
    static func thinking(
        _ choice: Choice?,
        for model: OllamaModel
    ) throws(OpenAIError) -> Thinking? {
        do {
            return try model.thinking(choice?.think)
        } catch {
            throw OpenAIError(error, param: choice?.param)
        }
    }
}
