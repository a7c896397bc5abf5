internal import ApusChat
internal import ApusScheduling

/// The template that a model is used with.
struct TemplateChoice: Sendable {
    /// What `show` calls the template of a model that has none.
    static let none = "{{ .Prompt }}"

    /// The text.
    let text: String
    /// Whether it comes from the weights, so that the runner has it anyway.
    let isOfWeights: Bool
    /// Whether the weights bring another one for conversations with tools, which is used then.
    private(set) var hasOneForTools = false
    /// What it can express; nothing when it cannot be read.
    let features: ChatFeatures?

    /// Its language, by the rule of `ChatTemplates`.
    var language: ModelSpecification.TemplateLanguage { text.contains("{%") ? .jinja : .go }

    /// The Modelfile's template, unless it cannot be read or the weights' one can do strictly more.
    ///
    /// When neither can be read, the one that is there is used all the same: the runner then refuses
    /// to answer and says what is wrong with it. Nil when there is none.
    init?(modelfile: String?, weights: String?, weightsWithTools: String? = nil) {
        let first = Self.read(modelfile, isOfWeights: false)
        let second = Self.read(weights, isOfWeights: true)
        let readable = [first, second].compactMap { $0 }.filter { $0.features != nil }
        switch (readable.first, readable.last) {
        case (let first?, let last?): self = last.isRicher(than: first) ? last : first
        default:
            guard let unreadable = first ?? second else { return nil }
            self = unreadable
        }
        let forTools = Self.read(weightsWithTools, isOfWeights: true)?.features
        hasOneForTools = isOfWeights && forTools?.supportsTools == true
    }

    private init(text: String, isOfWeights: Bool, features: ChatFeatures?) {
        self.text = text
        self.isOfWeights = isOfWeights
        self.features = features
    }

    private static func read(_ text: String?, isOfWeights: Bool) -> TemplateChoice? {
        guard let text, !text.isEmpty else { return nil }
        let template = try? ChatTemplates.template(text)
        return TemplateChoice(text: text, isOfWeights: isOfWeights, features: template?.features)
    }

    /// The features, with the output read by the parser of that name, if it is one.
    func features(readBy parser: String) -> ChatFeatures? {
        guard !parser.isEmpty else { return features }
        return features?.read(by: parser) ?? features
    }

    /// Whether this can express everything that `other` can, and something more.
    private func isRicher(than other: TemplateChoice) -> Bool {
        guard let mine = features, let theirs = other.features else { return false }
        let pairs = [
            (mine.supportsTools, theirs.supportsTools),
            (mine.supportsThinking, theirs.supportsThinking),
        ]
        return pairs.allSatisfy { $0 || !$1 } && pairs.contains { $0 && !$1 }
    }
}
