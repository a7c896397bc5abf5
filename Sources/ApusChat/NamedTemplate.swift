internal import ApusConversation

/// A template of a model whose configuration says by name how its output is read.
struct NamedTemplate: ChatTemplate {
    let base: any ChatTemplate
    let features: ChatFeatures

    var source: String { base.source }

    func render(
        _ conversation: Conversation,
        options: RenderOptions
    ) throws(ChatError) -> String {
        try base.render(conversation, options: options)
    }

    func render(
        prompt: String,
        suffix: String,
        options: RenderOptions
    ) throws(ChatError) -> String {
        try base.render(prompt: prompt, suffix: suffix, options: options)
    }
}

extension ChatTemplates {
    /// Names of Ollama's prompt renderers.
    ///
    /// Their prompts are those of the templates that the models' authors wrote, which the weights
    /// carry. Source: `model/renderers` of Ollama.
    package static let renderers: Set<String> = [
        "cogito", "cohere", "deepseek3.1", "functiongemma", "gemma4", "gemma4-large",
        "gemma4-small", "glimmer", "glm-4.7", "glm-ocr", "laguna", "lfm2", "lfm2-thinking",
        "nemotron-3-nano", "nemotron-3.5-nano", "olmo3", "olmo3-32b-think", "olmo3-think",
        "olmo3.1", "ornith", "poolside-v1", "qwen3-coder", "qwen3-vl-instruct",
        "qwen3-vl-thinking", "qwen3.5", "qwen3.8",
    ]

    /// Names of Ollama's output parsers that are known here.
    package static var parsers: Set<String> { Set(NamedParser.all.keys) }

    /// `template`, with the output read by the parser that Ollama calls `parser`.
    ///
    /// Throws: `ChatError` with code `unsupported` for a name that is not known.
    package static func template(
        _ template: any ChatTemplate,
        readBy parser: String
    ) throws(ChatError) -> any ChatTemplate {
        guard let features = template.features.read(by: parser) else {
            throw ChatError(.unsupported, "the parser '\(parser.prefix(80))' is not known.")
        }
        return NamedTemplate(base: template, features: features)
    }
}
