package import ApusConversation

/// Model options: what `PARAMETER` sets in a Modelfile and `options` in a request.
///
/// Options are laid over each other with `apply`, the model's first and the request's after it.
package struct OllamaOptions: Sendable, Equatable {
    /// What a model is loaded with; a change means loading it anew.
    ///
    /// Nil leaves a choice to the scheduler.
    package struct Loading: Sendable, Equatable {
        /// Context length in tokens.
        package var contextLength: Int?
        /// Tokens of a prompt processed at a time.
        package var batchSize: Int?
        /// Layers placed on accelerators; negative for as many as fit.
        package var acceleratedLayers: Int?
        /// The accelerator to use when there are several.
        package var mainAccelerator: Int?
        /// Whether the weights are mapped rather than read.
        package var mapsWeights: Bool?
        /// Threads to compute with; 0 for as many as the machine has cores.
        package var threads: Int?
        /// Tokens to draft ahead.
        package var draftTokens: Int?

        /// Everything left to the scheduler.
        package init() {}
    }

    /// What a model is loaded with.
    package var loading = Loading()
    /// How tokens are chosen.
    package var sampling = SamplingOptions()
    /// Most tokens to generate; 0 or negative for as many as fit.
    package var maximumTokens = -1
    /// Tokens kept at the front when the context is shifted.
    package var keptTokens = 4
    /// Tokens of reasoning at most; negative for no limit.
    ///
    /// Not one of Ollama's options.
    package var thinkingBudget = -1
    /// Texts that end the generation.
    package var stop: [String] = []
    /// Names that no option has, in the order in which they came; they have no effect.
    package private(set) var unknown: [String] = []

    /// The defaults.
    package init() {}

    /// Lays the members of `options` over what is set; `null` leaves a value as it is.
    ///
    /// Throws: `invalidOption` with Ollama's words when a value has the wrong type.
    package mutating func apply(_ options: JSONObject) throws(DialectError) {
        for (name, value) in options where !value.isNull {
            guard let option = Self.table[name] else {
                unknown.append(name)
                continue
            }
            guard option.set(&self, value) else { throw option.refusal(of: name, value) }
        }
    }

    /// Lays the options of this value over those of a generation request.
    package func apply(to request: inout GenerationRequest) {
        request.sampling = sampling
        request.maximumTokens = maximumTokens > 0 ? maximumTokens : nil
        request.keptTokens = keptTokens
        request.thinkingBudget = thinkingBudget >= 0 ? thinkingBudget : nil
        request.stop = stop
    }
}
