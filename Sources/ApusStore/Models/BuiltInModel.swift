internal import ApusConversation
package import FoundationEssentials

/// A model that is part of the program.
///
/// It answers to its name while the store has no model of that name, is listed, cannot be removed
/// and can be copied and built upon; then its contents become blobs like any other's.
package struct BuiltInModel: Sendable {
    /// Its name.
    package let name: ModelName
    /// The digest of the weights.
    package let digest: Digest
    /// The size of the weights.
    package let sizeBytes: Int64
    /// The weights, a GGUF file.
    package let weights: @Sendable () throws -> [UInt8]
    /// When it was made; listings show it.
    package let modifiedAt: Date
    /// Its configuration.
    package let config: ModelConfig
    let content: ModelContent

    /// A model of these parts.
    ///
    /// `digest` and `sizeBytes` are stated so that listing need not read the weights; they are
    /// checked when the weights become a blob.
    package init(
        name: ModelName,
        digest: Digest,
        sizeBytes: Int64,
        weights: @escaping @Sendable () throws -> [UInt8],
        facts: ModelFacts,
        modifiedAt: Date,
        template: String? = nil,
        system: String? = nil,
        licenses: [String] = [],
        parameters: [String: ParameterValue] = [:],
        messages: [StoredMessage] = []
    ) {
        self.name = name
        self.digest = digest
        self.sizeBytes = sizeBytes
        self.weights = weights
        self.modifiedAt = modifiedAt
        var config = ModelConfig()
        config.add(facts)
        self.config = config
        content = ModelContent(
            template: template,
            system: system,
            licenses: licenses,
            parameters: JSONObject(parameters),
            messages: messages
        )
    }

    /// The manifest that the model has once it is written to a store.
    var manifest: Manifest {
        var layers = [Layer(mediaType: MediaType.model, digest: digest, sizeBytes: sizeBytes)]
        for (mediaType, bytes) in content.layers {
            layers.append(Layer(mediaType: mediaType, bytes: bytes))
        }
        return Manifest(
            config: Layer(mediaType: MediaType.config, bytes: config.bytes),
            layers: layers
        )
    }

    /// What a listing shows.
    var summary: ModelSummary {
        let manifest = manifest
        return ModelSummary(
            name: name,
            digest: Digest(hashing: manifest.bytes).hex,
            sizeBytes: manifest.sizeBytes,
            modifiedAt: modifiedAt,
            config: config,
            isBuiltIn: true
        )
    }

    /// The model as `ModelStore.resolve` gives it.
    var model: StoredModel {
        var model = StoredModel(summary: summary, manifest: manifest)
        model.weights = [
            StoredModel.File(digest: digest, sizeBytes: sizeBytes, location: .builtIn(name: name))
        ]
        model.template = content.template
        model.system = content.system
        model.licenses = content.licenses
        model.messages = content.messages
        for (key, value) in content.parameters {
            model.parameters[key] = ParameterValue(json: value)
        }
        return model
    }

    /// Writes all contents to `blobs`.
    ///
    /// Throws: what `weights` throws; `digestMismatch` or `sizeMismatch` when the weights are not
    /// what was stated; the store's own reasons.
    func materialize(in blobs: BlobStore) throws {
        if blobs.size(of: digest) != sizeBytes {
            let writer = try blobs.ingest(expecting: digest, sizeBytes: sizeBytes)
            try writer.write(try weights())
            _ = try writer.finish()
        }
        for (_, bytes) in content.layers { try blobs.store(bytes) }
        try blobs.store(config.bytes)
    }
}

extension Layer {
    fileprivate init(mediaType: String, bytes: [UInt8]) {
        self.init(
            mediaType: mediaType,
            digest: Digest(hashing: bytes),
            sizeBytes: Int64(bytes.count)
        )
    }
}
