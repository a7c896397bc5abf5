/// What a weights file says about itself, found out by whoever can read such files.
package struct ModelFacts: Sendable, Hashable {
    /// What the file holds.
    package enum Role: Sendable {
        case model
        case adapter
        case projector
    }

    /// What the file holds.
    package var role: Role
    /// `gguf`.
    package var format: String
    /// The architecture: `llama`.
    package var family: String
    /// The number of weights.
    package var parameterCount: UInt64
    /// The quantization for people: `Q4_K_M`.
    package var quantization: String
    /// Template and parameters that go with the file when the request brings none.
    package var defaults = Defaults()

    /// What goes with a file, unless the request says otherwise.
    package struct Defaults: Sendable, Hashable {
        /// The name of a known template, for progress reports; empty when there is none.
        package var templateName = ""
        /// The text of that template.
        package var template = ""
        /// Parameters.
        package var parameters: [String: ParameterValue] = [:]
        /// The prompt renderer.
        package var renderer = ""
        /// The output parser.
        package var parser = ""

        /// No defaults.
        package init() {}
    }

    /// Facts of a model unless `role` says otherwise.
    package init(
        role: Role = .model,
        format: String = "gguf",
        family: String,
        parameterCount: UInt64,
        quantization: String
    ) {
        self.role = role
        self.format = format
        self.family = family
        self.parameterCount = parameterCount
        self.quantization = quantization
    }
}

extension ModelConfig {
    /// Takes over the facts of one weights file; what is set already stays.
    mutating func add(_ facts: ModelFacts) {
        if format.isEmpty { format = facts.format }
        if family.isEmpty { family = facts.family }
        if parameterSize.isEmpty {
            parameterSize = HumanFormats.parameterCount(facts.parameterCount)
        }
        if quantization.isEmpty { quantization = facts.quantization }
        families.append(facts.family)
        if renderer.isEmpty { renderer = facts.defaults.renderer }
        if parser.isEmpty { parser = facts.defaults.parser }
    }
}
