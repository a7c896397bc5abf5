/// How output is read of a model whose configuration names one of Ollama's output parsers.
///
/// Ollama has these parsers, and renderers of prompts that go with them, built in; a model that names
/// them carries no template worth its name. Here the weights' own template makes the prompt, and the
/// name says what calls and reasoning look like.
/// Source: `model/parsers` of Ollama.
struct NamedParser: Sendable {
    /// The name of the format of calls, as `ToolCallFormat` has it; nil for output without calls.
    var calls: String?
    /// What surrounds reasoning; nil when it is not set apart, or with the format's own markers.
    var tags: ThinkingTags?
    /// Whether reasoning can be asked for.
    var thinks = false

    private static let think = ThinkingTags(open: "<think>", close: "</think>")

    /// The parsers by name.
    static let all: [String: NamedParser] = [
        "passthrough": NamedParser(),
        "harmony": NamedParser(calls: "harmony", thinks: true),
        "qwen3": NamedParser(calls: "hermes", tags: think),
        "qwen3-thinking": NamedParser(calls: "hermes", tags: think, thinks: true),
        "qwen3-coder": NamedParser(calls: "qwen3-coder"),
        "qwen3-vl-instruct": NamedParser(calls: "hermes"),
        "qwen3-vl-thinking": NamedParser(calls: "hermes", tags: think, thinks: true),
        "qwen3.5": NamedParser(calls: "qwen3-coder", tags: think, thinks: true),
        "ornith": NamedParser(calls: "qwen3-coder", tags: think, thinks: true),
        "nemotron-3-nano": NamedParser(calls: "qwen3-coder", tags: think, thinks: true),
        "nemotron-3.5-nano": NamedParser(calls: "qwen3-coder", tags: think, thinks: true),
        "ministral": NamedParser(
            calls: "mistral-arguments",
            tags: ThinkingTags(open: "[THINK]", close: "[/THINK]")
        ),
        "cogito": NamedParser(calls: "deepseek", tags: think, thinks: true),
        "deepseek3": NamedParser(calls: "deepseek-plain", tags: think, thinks: true),
        "olmo3": NamedParser(calls: "olmo3"),
        "olmo3-think": NamedParser(tags: think, thinks: true),
        "functiongemma": NamedParser(calls: "functiongemma"),
        "gemma4": NamedParser(calls: "gemma4", tags: gemma, thinks: true),
        "gemma4-no-thinking": NamedParser(calls: "gemma4", tags: gemma),
        "glm-4.7": NamedParser(calls: "glm-4.5", tags: think, thinks: true),
        "glm-ocr": NamedParser(calls: "glm-4.5", tags: think),
        "laguna": NamedParser(calls: "glm-4.5", tags: think, thinks: true),
        "poolside-v1": NamedParser(calls: "glm-4.5", tags: think, thinks: true),
        "lfm2": NamedParser(calls: "lfm2"),
        "lfm2-thinking": NamedParser(calls: "lfm2", tags: think, thinks: true),
        "cohere": NamedParser(
            calls: "command-action",
            tags: ThinkingTags(open: "<|START_THINKING|>", close: "<|END_THINKING|>"),
            thinks: true
        ),
    ]

    private static let gemma = ThinkingTags(open: "<|channel>thought", close: "<channel|>")

    /// The format of calls.
    var format: ToolCallFormat? {
        calls.flatMap { name in ToolCallFormat.table.first { $0.format.name == name }?.format }
    }
}

extension ChatFeatures {
    /// These features of a template, with the output read by the parser that Ollama calls `name`.
    ///
    /// Nil when there is no such parser.
    package func read(by name: String) -> ChatFeatures? {
        guard let parser = NamedParser.all[name] else { return nil }
        let format = parser.format
        return ChatFeatures(
            supportsTools: supportsTools && format != nil,
            supportsThinking: parser.thinks,
            supportsSuffix: supportsSuffix,
            thinkingTags: parser.tags,
            toolCallFormat: format
        )
    }
}
