/// Everything a runner must know to load a model.
package struct ModelSpecification: Sendable, Equatable, Codable {
    /// Where the weights are.
    package enum Weights: Sendable, Equatable, Hashable, Codable {
        /// A GGUF file, or all parts of a split one.
        case files(paths: [String])
        /// A model that is part of the program.
        case builtIn(name: String)
    }

    /// The language a chat template is written in.
    package enum TemplateLanguage: String, Sendable, Codable {
        /// Jinja, as in Hugging Face's and GGUF's templates.
        case jinja
        /// Go's text/template, as in Modelfiles.
        case go
    }

    /// The name the model was asked for by; shown to users, not part of its identity.
    package var name: String
    /// Where the weights are: the identity of a loaded model.
    package var weights: Weights
    /// Paths of LoRA adapters, in the order they apply.
    package var adapters: [String]
    /// Paths of vision or audio projectors.
    package var projectors: [String]
    /// A chat template that replaces the one in the weights.
    ///
    /// Names that share weights share a runner, so this is the default of the first one only; a
    /// request of another name carries its own in `GenerationRequest.template`.
    package var template: String?
    /// The language of `template` and of templates in requests; nil for the model's own.
    package var templateLanguage: TemplateLanguage?
    /// Options that cannot change while the model is loaded.
    package var options: RunnerOptions
    /// How many requests are worked on at a time; at least 1.
    package var parallelSequences: Int

    /// A model with default options, to be adjusted.
    package init(
        name: String,
        weights: Weights,
        adapters: [String] = [],
        projectors: [String] = [],
        template: String? = nil,
        templateLanguage: TemplateLanguage? = nil,
        options: RunnerOptions = RunnerOptions(),
        parallelSequences: Int = 1
    ) {
        self.name = name
        self.weights = weights
        self.adapters = adapters
        self.projectors = projectors
        self.template = template
        self.templateLanguage = templateLanguage
        self.options = options
        self.parallelSequences = parallelSequences
    }
}

/// Options whose change means loading the model anew.
package struct RunnerOptions: Sendable, Equatable, Codable {
    /// Tokens a sequence can have; nil leaves it to the runner.
    package var contextLength: Int?
    /// Whether nobody asked for `contextLength`: then it may be lowered when memory is short, and
    /// a runner loaded with another one is good enough.
    package var contextIsAutomatic: Bool
    /// Tokens of a prefill chunk; nil leaves it to the runner.
    package var batchSize: Int?
    /// Threads that compute; nil leaves it to the runner.
    package var threads: Int?
    /// Whether weights stay in the file; nil leaves it to the runner.
    package var usesMemoryMap: Bool?
    /// Whether answers that come back in a conversation become the tokens that were sampled.
    package var replaysAnswers: Bool

    /// Everything left to the runner, to be adjusted.
    package init(
        contextLength: Int? = nil,
        contextIsAutomatic: Bool = true,
        batchSize: Int? = nil,
        threads: Int? = nil,
        usesMemoryMap: Bool? = nil,
        replaysAnswers: Bool = true
    ) {
        self.contextLength = contextLength
        self.contextIsAutomatic = contextIsAutomatic
        self.batchSize = batchSize
        self.threads = threads
        self.usesMemoryMap = usesMemoryMap
        self.replaysAnswers = replaysAnswers
    }
}
