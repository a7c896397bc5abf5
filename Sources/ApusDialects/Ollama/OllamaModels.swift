package import ApusConversation

/// What is said about a model in listings.
package struct OllamaModelDetails: Sendable, Equatable, Codable {
    /// The model this one was made from.
    package var parentModel = ""
    /// `gguf`.
    package var format = ""
    /// The architecture.
    package var family = ""
    /// The architectures of all weights.
    package var families: [String]?
    /// The number of weights for people: `1.2B`.
    package var parameterSize = ""
    /// The quantization for people: `Q4_K_M`.
    package var quantizationLevel = ""
    /// Context length in tokens, if it is known without opening the weights.
    package var contextLength: Int64?
    /// Embedding width, if it is known without opening the weights.
    package var embeddingLength: Int64?

    private enum CodingKeys: String, CodingKey {
        case parentModel = "parent_model"
        case format, family, families
        case parameterSize = "parameter_size"
        case quantizationLevel = "quantization_level"
        case contextLength = "context_length"
        case embeddingLength = "embedding_length"
    }

    /// Nothing is known.
    package init() {}

    /// Writes the details; `families` as `null` when there are none, as Go does.
    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(parentModel, forKey: .parentModel)
        try fields.encode(format, forKey: .format)
        try fields.encode(family, forKey: .family)
        try fields.encode(families, forKey: .families)
        try fields.encode(parameterSize, forKey: .parameterSize)
        try fields.encode(quantizationLevel, forKey: .quantizationLevel)
        try fields.encodeIfPresent(contextLength, forKey: .contextLength)
        try fields.encodeIfPresent(embeddingLength, forKey: .embeddingLength)
    }
}

/// `GET /api/tags`: the models of the store.
package struct OllamaTags: Sendable, Equatable, Codable {
    /// One model.
    package struct Model: Sendable, Equatable, Codable {
        /// Its shortest name.
        package var name: String
        /// The same.
        package var model: String
        /// For models that run elsewhere: their name there.
        package var remoteModel: String?
        /// For models that run elsewhere: where.
        package var remoteHost: String?
        /// When its manifest was written.
        package var modifiedAt: WireTime
        /// Bytes of all its layers.
        package var size: Int64
        /// The SHA-256 of its manifest, hexadecimal digits only.
        package var digest: String
        /// What else is known.
        package var details: OllamaModelDetails
        /// What it can do.
        package var capabilities: [String]?

        private enum CodingKeys: String, CodingKey {
            case name, model
            case remoteModel = "remote_model"
            case remoteHost = "remote_host"
            case modifiedAt = "modified_at"
            case size, digest, details, capabilities
        }

        /// A model of that name.
        package init(
            name: String,
            modifiedAt: WireTime,
            size: Int64,
            digest: String,
            details: OllamaModelDetails
        ) {
            self.name = name
            model = name
            self.modifiedAt = modifiedAt
            self.size = size
            self.digest = digest
            self.details = details
        }
    }

    /// The models, the latest first.
    package var models: [Model]

    /// These models.
    package init(models: [Model]) { self.models = models }
}

/// `GET /api/ps`: the models that are loaded.
package struct OllamaLoaded: Sendable, Equatable, Codable {
    /// One model.
    package struct Model: Sendable, Equatable, Codable {
        /// Its shortest name.
        package var name: String
        /// The same.
        package var model: String
        /// Bytes it takes.
        package var size: Int64
        /// The SHA-256 of its manifest, hexadecimal digits only.
        package var digest: String
        /// What else is known.
        package var details: OllamaModelDetails
        /// When it goes away unless it is used.
        package var expiresAt: WireTime
        /// Bytes it takes on accelerators.
        package var sizeVRAM: Int64
        /// Context length in tokens of each request.
        package var contextLength: Int

        private enum CodingKeys: String, CodingKey {
            case name, model, size, digest, details
            case expiresAt = "expires_at"
            case sizeVRAM = "size_vram"
            case contextLength = "context_length"
        }

        /// A loaded model of that name.
        package init(
            name: String,
            size: Int64,
            digest: String,
            details: OllamaModelDetails,
            expiresAt: WireTime,
            sizeVRAM: Int64,
            contextLength: Int
        ) {
            self.name = name
            model = name
            self.size = size
            self.digest = digest
            self.details = details
            self.expiresAt = expiresAt
            self.sizeVRAM = sizeVRAM
            self.contextLength = contextLength
        }
    }

    /// The models, those that stay longest first.
    package var models: [Model]

    /// These models.
    package init(models: [Model]) { self.models = models }
}

/// `POST /api/show`: everything about one model.
package enum OllamaShow {
    /// What a client sends.
    package struct Request: OllamaNaming, Sendable, Equatable, Codable {
        /// The model's name.
        package var model: String?
        /// The same, from early clients.
        package var name: String?
        /// A system message to show in place of the model's.
        package var system: String?
        /// Whether long lists of the metadata are shown.
        package var verbose: Bool?
        /// Options to show with those of the model.
        package var options: JSONObject?

        /// A request about `model`.
        package init(model: String, verbose: Bool? = nil) {
            self.model = model
            self.verbose = verbose
        }
    }

    /// A tensor of the weights.
    package struct Tensor: Sendable, Equatable, Codable {
        /// Its name in the file.
        package var name: String
        /// The format of its numbers: `Q4_K`.
        package var type: String
        /// Its sizes in the order of the file, innermost first.
        package var shape: [Int]

        /// A tensor.
        package init(name: String, type: String, shape: [Int]) {
            self.name = name
            self.type = type
            self.shape = shape
        }
    }

    /// Everything about the model.
    package struct Response: Sendable, Equatable, Codable {
        /// The licenses, joined.
        package var license: String?
        /// A Modelfile that makes the model again.
        package var modelfile: String?
        /// The options, one a line.
        package var parameters: String?
        /// The template in use.
        package var template: String?
        /// The system message.
        package var system: String?
        /// What listings say.
        package var details: OllamaModelDetails
        /// Messages that begin every conversation.
        package var messages: [JSONObject]?
        /// The metadata of the weights.
        package var modelInfo: JSONObject
        /// The metadata of the projector.
        package var projectorInfo: JSONObject?
        /// The tensors of the weights.
        package var tensors: [Tensor]?
        /// What the model can do.
        package var capabilities: [String]?
        /// When its manifest was written.
        package var modifiedAt: WireTime
        /// The lowest version of Ollama that the model asks for.
        package var requires: String?

        private enum CodingKeys: String, CodingKey {
            case license, modelfile, parameters, template, system, details, messages
            case modelInfo = "model_info"
            case projectorInfo = "projector_info"
            case tensors, capabilities
            case modifiedAt = "modified_at"
            case requires
        }

        /// A model of which only this is known.
        package init(details: OllamaModelDetails, modelInfo: JSONObject, modifiedAt: WireTime) {
            self.details = details
            self.modelInfo = modelInfo
            self.modifiedAt = modifiedAt
        }
    }
}
