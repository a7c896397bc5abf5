package import FoundationEssentials

/// A model of the store, with everything but its weights read.
package struct StoredModel: Sendable {
    /// Weights, an adapter or a projector.
    package struct File: Sendable, Hashable {
        /// Where the content is.
        package enum Location: Sendable, Hashable {
            /// In a file of the store.
            case file(path: String)
            /// In the program: the weights of the built-in model of that name.
            case builtIn(name: ModelName)
        }

        /// The digest of the content.
        package let digest: Digest
        /// Its size.
        package let sizeBytes: Int64
        /// Where it is.
        package let location: Location

        /// The path of a file of the store; for a built-in model its name.
        package var path: String {
            switch location {
            case .file(let path): path
            case .builtIn(let name): name.shortest
            }
        }
    }

    /// What a listing shows: name, size, configuration.
    package let summary: ModelSummary
    /// The layers.
    package let manifest: Manifest
    /// The weights; several when they are the parts of one split GGUF file.
    package var weights: [File] = []
    /// Low-rank adapters.
    package var adapters: [File] = []
    /// Vision and audio projectors.
    package var projectors: [File] = []
    /// Draft models.
    package var drafts: [File] = []
    /// The name of the model the weights were taken over from.
    package var parent: String?
    /// The Go template, if the model brings one.
    package var template: String?
    /// The system message, if the model brings one.
    package var system: String?
    /// Options; those that exist have the type they must have.
    package var parameters: [String: ParameterValue] = [:]
    /// Messages that begin every conversation.
    package var messages: [StoredMessage] = []
    /// The texts of the licenses.
    package var licenses: [String] = []

    /// The files of the weights, one unless they are split; none of a built-in model.
    package var weightsPaths: [String] {
        weights.compactMap { file in
            if case .file(let path) = file.location { path } else { nil }
        }
    }

    /// The name as the store spells it.
    package var name: ModelName { summary.name }
    /// The configuration.
    package var config: ModelConfig { summary.config }
}

/// What a listing shows of a model.
package struct ModelSummary: Sendable, Hashable {
    /// The name as the store spells it.
    package let name: ModelName
    /// The SHA-256 of the manifest, 64 hexadecimal digits.
    package let digest: String
    /// Bytes of all layers together.
    package let sizeBytes: Int64
    /// When the manifest was written.
    package let modifiedAt: Date
    /// The configuration.
    package let config: ModelConfig
    /// Whether the model is part of the program.
    package let isBuiltIn: Bool
}

/// All models of a store, and what could not be read.
package struct ModelListing: Sendable {
    /// A manifest that is passed over.
    package struct Problem: Sendable, Equatable {
        /// Its path below the folder of manifests: `registry.ollama.ai/library/llama3/latest`.
        package let path: String
        /// Why.
        package let error: StoreError
    }

    /// The models, the latest first.
    package let models: [ModelSummary]
    /// The manifests that could not be read.
    package let problems: [Problem]
}
