internal import ApusConversation

extension ModelStore {
    /// The model of that name, the store's own before one that is built in.
    ///
    /// Throws: `notFound`; `corruptManifest`, `corruptConfig`, `corruptLayer`, `missingBlob` or
    /// `tooLarge` when the store's files are not what they must be.
    package func resolve(_ name: ModelName) throws(StoreError) -> StoredModel {
        if let file = try manifestFile(of: name) { return try model(of: file) }
        if let builtIn = builtIn(name) { return builtIn.model }
        throw Self.notFound(name)
    }

    /// Whether there is a model of that name.
    package func contains(_ name: ModelName) throws(StoreError) -> Bool {
        do {
            return try manifestFile(of: name) != nil || builtIn(name) != nil
        } catch  where error.code == .corruptManifest || error.code == .tooLarge {
            return true
        }
    }

    private func model(of file: ManifestFile) throws(StoreError) -> StoredModel {
        var model = StoredModel(summary: try summary(of: file), manifest: file.manifest)
        for layer in file.manifest.layers { try add(layer, to: &model) }
        return model
    }

    private func add(_ layer: Layer, to model: inout StoredModel) throws(StoreError) {
        switch layer.mediaType {
        case MediaType.model:
            model.weights.append(try weights(layer))
            model.parent = layer.from
        case MediaType.adapter: model.adapters.append(try weights(layer))
        case MediaType.projector: model.projectors.append(try weights(layer))
        case MediaType.draft: model.drafts.append(try weights(layer))
        case MediaType.template, MediaType.prompt:
            model.template = try text(layer, limit: LayerContent.maximumTextBytes)
        case MediaType.system:
            model.system = try text(layer, limit: LayerContent.maximumTextBytes)
        case MediaType.license:
            model.licenses.append(try text(layer, limit: LayerContent.maximumTextBytes))
        case MediaType.parameters:
            let parameters = try parameters(layer)
            for (key, value) in try LayerContent.options(parameters) {
                model.parameters[key] = value
            }
        case MediaType.messages:
            model.messages = try LayerContent.messages(
                blobs.contents(of: layer.digest, limit: LayerContent.maximumMessagesBytes)
            )
        default:
            break  // Layers of safetensors models, and kinds made after this was written.
        }
    }

    private func weights(_ layer: Layer) throws(StoreError) -> StoredModel.File {
        guard let size = blobs.size(of: layer.digest) else {
            throw BlobStore.missing(layer.digest)
        }
        guard size == layer.sizeBytes else {
            throw StoreError(
                .corruptLayer,
                "Blob \(layer.digest) has \(size) bytes and should have \(layer.sizeBytes)."
            )
        }
        return StoredModel.File(
            digest: layer.digest,
            sizeBytes: size,
            location: .file(path: blobs.path(of: layer.digest))
        )
    }

    private func text(_ layer: Layer, limit: Int) throws(StoreError) -> String {
        LayerContent.text(try blobs.contents(of: layer.digest, limit: limit))
    }

    /// The members of a parameter layer, all of them.
    func parameters(_ layer: Layer) throws(StoreError) -> JSONObject {
        try LayerContent.parameters(
            blobs.contents(of: layer.digest, limit: LayerContent.maximumParametersBytes)
        )
    }
}
