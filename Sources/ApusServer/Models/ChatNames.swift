internal import ApusChat
internal import ApusStore

/// The prompt renderer and the output parser that a model names, which Ollama has built in.
///
/// In the renderer's place the chat template of the weights is used. Names that are not known are
/// refused, when a model is made and when it is run.
struct ChatNames {
    let renderer: String
    let parser: String

    init(renderer: String, parser: String) {
        self.renderer = renderer
        self.parser = parser
    }

    init(_ config: ModelConfig) {
        self.init(renderer: config.renderer, parser: config.parser)
    }

    /// Whether a template of the Modelfile is passed over, as Ollama does where a renderer is named.
    ///
    /// Where the weights have no other, it is used unless it only repeats the prompt.
    func replacesTemplate(_ template: String?, hasOther: Bool) -> Bool {
        guard !renderer.isEmpty else { return false }
        return hasOther || template.map { $0.filter { !$0.isWhitespace } } == "{{.Prompt}}"
    }

    /// What is wrong with the names themselves.
    var problem: String? {
        if !renderer.isEmpty, !ChatTemplates.renderers.contains(renderer) {
            return Self.unknown("renderer", renderer, ChatTemplates.renderers)
        }
        if !parser.isEmpty, !ChatTemplates.parsers.contains(parser) {
            return Self.unknown("parser", parser, ChatTemplates.parsers)
        }
        return nil
    }

    /// What keeps a model with or without a template from being used.
    func problem(hasTemplate: Bool) -> String? {
        if let problem { return problem }
        guard !renderer.isEmpty, !hasTemplate else { return nil }
        return
            "the model names the renderer \(StoreError.quoted(renderer)), in whose place the chat "
            + "template of the weights is used, but they have none"
    }

    private static func unknown(_ kind: String, _ name: String, _ known: Set<String>) -> String {
        "unknown \(kind) \(StoreError.quoted(name)); known are "
            + known.sorted().joined(separator: ", ")
    }
}
