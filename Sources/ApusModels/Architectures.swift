package import ApusGGUF
package import ApusTensors

/// A family of models that share one forward pass.
protocol Architecture: Sendable {
    /// The names under which GGUF files know it.
    static var names: [String] { get }

    /// Binds the tensors of a file whose `general.architecture` is `name`.
    static func bind(_ binder: WeightBinder, name: String) throws -> any LanguageModel
}

/// The table of everything that can be run.
package enum Architectures {
    private static let all: [any Architecture.Type] = [Llama.self, Qwen2.self, Qwen3.self]

    /// Names that `load` accepts, sorted.
    package static var names: [String] { all.flatMap { $0.names }.sorted() }

    /// Binds a file's tensors as the architecture it names, with the updates of adapters.
    ///
    /// The weights stay in the files, which have to stay open as long as the model is used.
    ///
    /// - Throws: `ModelError`; `GGUFError` for metadata that is missing or of another type, and for
    ///   adapters that do not fit.
    package static func load(
        _ file: GGUFFile,
        adapters: [GGUFAdapter] = [],
        backend: any Backend
    ) throws -> any LanguageModel {
        let name = try file.metadata.string("general.architecture")
        guard let architecture = all.first(where: { $0.names.contains(name) }) else {
            throw ModelError(
                .unsupportedArchitecture,
                "The architecture '\(name)' is not supported yet. Supported are "
                    + "\(names.joined(separator: ", "))."
            )
        }
        for adapter in adapters { try adapter.check(against: file) }
        let binder = WeightBinder(file: file, adapters: adapters, backend: backend)
        let model = try architecture.bind(binder, name: name)
        try binder.finish()
        return model
    }
}
