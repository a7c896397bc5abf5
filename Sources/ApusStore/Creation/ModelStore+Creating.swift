internal import ApusConversation

extension ModelStore {
    /// Makes a model; blobs of the model that had the name before are removed if unused.
    ///
    /// `progress` is told in Ollama's words: `parsing GGUF`, `quantizing F16 model to Q4_K_M`,
    /// `converting adapter`, `using existing layer sha256:…`, `creating new layer sha256:…`,
    /// `writing manifest`, `success`. When it fails or `progress` throws, weights made for the
    /// model are removed again.
    /// Throws: as `ModelCreation.validate`; `notFound` when the source model is missing (pull it,
    /// then try again); `missingBlob`; `readOnly`, `noSpace`, `busy`; `CancellationError` from
    /// `progress`; what the inspector throws.
    package func create(
        _ creation: ModelCreation,
        inspector: ModelInspector,
        progress: (ModelCreation.Progress) throws -> Void = { _ in }
    ) throws {
        try creation.validate()
        try inspector.checkNames(creation.renderer, creation.parser)
        if let template = creation.template { try inspector.checkTemplate(template) }
        var assembly = ModelAssembly(blobs: blobs)
        do {
            try make(creation, &assembly, inspector, progress)
        } catch {
            let made = assembly.madeWeights
            _ = try? lock.withLock { held throws(StoreError) in
                try removeUnreferenced(made, held)
            }
            throw error
        }
        try progress(.init("success"))
    }

    private func make(
        _ creation: ModelCreation,
        _ assembly: inout ModelAssembly,
        _ inspector: ModelInspector,
        _ progress: (ModelCreation.Progress) throws -> Void
    ) throws {
        switch creation.source {
        case .model(let name): try takeOver(name, into: &assembly, creation, inspector, progress)
        case .files(let files) where files.contains(where: \.isSafetensors):
            try convert(files, into: &assembly, creation, inspector, progress)
        case .files(let files):
            guard try files.contains(where: looksLikeGGUF) else {
                throw StoreError(.invalidRequest, "unknown type")
            }
            for model in try grouped(files, inspector, progress) {
                try add(model, to: &assembly, creation, inspector, progress)
            }
        }
        try addAdapters(of: creation, to: &assembly, inspector, progress)
        assembly.config.apply(creation)
        try addContent(of: creation, to: &assembly)
        for (_, status) in assembly.layers { try progress(.init(status)) }
        try progress(.init("writing manifest"))
        let manifest = try assembly.manifest()
        try lock.withLock { held throws(StoreError) in
            try assembly.secure(manifest, held)
            try write(manifest.bytes, as: try existingSpelling(of: creation.name), held)
        }
    }

    /// Takes over layers and configuration of another model.
    private func takeOver(
        _ name: ModelName,
        into assembly: inout ModelAssembly,
        _ creation: ModelCreation,
        _ inspector: ModelInspector,
        _ progress: (ModelCreation.Progress) throws -> Void
    ) throws {
        let manifest: Manifest
        if let file = try manifestFile(of: name) {
            manifest = file.manifest
            assembly.config = try summary(of: file).config
        } else if let builtIn = builtIn(name) {
            try builtIn.materialize(in: blobs)
            manifest = builtIn.manifest
            assembly.config = builtIn.config
        } else {
            throw Self.notFound(name)
        }
        let weights = manifest.layers(of: MediaType.model).map(\.digest)
        let quantized =
            weights.isEmpty ? nil : try quantized(weights, creation, inspector, progress)
        if let (receipt, facts) = quantized {
            assembly.add(receipt, as: MediaType.model)
            assembly.config.quantization = facts.quantization
        }
        for var layer in manifest.layers
        where quantized == nil || layer.mediaType != MediaType.model {
            layer.from = name.shortest
            try assembly.add(existing: layer)
        }
    }

    /// Makes weights of a checkpoint in safetensors.
    private func convert(
        _ files: [ModelCreation.File],
        into assembly: inout ModelAssembly,
        _ creation: ModelCreation,
        _ inspector: ModelInspector,
        _ progress: (ModelCreation.Progress) throws -> Void
    ) throws {
        try progress(.init("converting model"))
        for file in files where !blobs.exists(file.digest) { throw BlobStore.missing(file.digest) }
        let conversion = try inspector.checkpoint(
            files.map { ($0.name, blobs.path(of: $0.digest)) },
            creation.quantization
        )
        let receipt = try conversion.store(in: blobs, progress: progress)
        assembly.add(receipt, as: MediaType.model)
        let facts = try inspector.facts([blobs.path(of: receipt.digest)])
        assembly.config.add(facts)
        try addDefaults(facts.defaults, to: &assembly, creation)
    }

    /// Adds a file, or the parts of one in order, as what its content says it is.
    private func add(
        _ files: [ModelCreation.File],
        to assembly: inout ModelAssembly,
        _ creation: ModelCreation,
        _ inspector: ModelInspector,
        _ progress: (ModelCreation.Progress) throws -> Void
    ) throws {
        let facts = try inspector.facts(files.map { blobs.path(of: $0.digest) })
        switch facts.role {
        case .adapter: for file in files { try assembly.add(file, as: MediaType.adapter) }
        case .projector: for file in files { try assembly.add(file, as: MediaType.projector) }
        case .model:
            guard !assembly.plainLayers.contains(where: { $0.mediaType == MediaType.model }) else {
                let name = StoreError.quoted(files.first?.name ?? "")
                throw StoreError(
                    .invalidRequest,
                    "File \(name) is a second model: a model is made of one, whole or in parts."
                )
            }
            let digests = files.map(\.digest)
            let quantized = try quantized(digests, creation, inspector, progress)
            if let (receipt, facts) = quantized {
                assembly.add(receipt, as: MediaType.model)
                assembly.config.add(facts)
            } else {
                for file in files { try assembly.add(file, as: MediaType.model) }
                assembly.config.add(facts)
            }
            try addDefaults(facts.defaults, to: &assembly, creation)
        }
    }

    /// Weights in the quantization that the request asks for; nil when they have it already.
    private func quantized(
        _ digests: [Digest],
        _ creation: ModelCreation,
        _ inspector: ModelInspector,
        _ progress: (ModelCreation.Progress) throws -> Void
    ) throws -> (BlobStore.Receipt, ModelFacts)? {
        guard !creation.quantization.isEmpty,
            let conversion = try inspector.quantization(
                digests.map { blobs.path(of: $0) },
                creation.quantization
            )
        else { return nil }
        let receipt = try conversion.store(in: blobs, progress: progress)
        return (receipt, try inspector.facts([blobs.path(of: receipt.digest)]))
    }

    private func addDefaults(
        _ defaults: ModelFacts.Defaults,
        to assembly: inout ModelAssembly,
        _ creation: ModelCreation
    ) throws(StoreError) {
        if creation.template == nil, !defaults.template.isEmpty {
            try assembly.add(
                Array(defaults.template.utf8),
                as: MediaType.template,
                status: "using autodetected template \(defaults.templateName)"
            )
        }
        if !defaults.parameters.isEmpty {
            var content = ModelContent()
            content.parameters = JSONObject(defaults.parameters)
            for (mediaType, bytes) in content.layers { try assembly.add(bytes, as: mediaType) }
        }
    }

    /// Whether a file's name or its first bytes say that it is GGUF.
    private func looksLikeGGUF(_ file: ModelCreation.File) throws -> Bool {
        if file.name.hasSuffix(".gguf") { return true }
        guard blobs.exists(file.digest) else { throw BlobStore.missing(file.digest) }
        return try isGGUF(blobs.path(of: file.digest))
    }

    private func isGGUF(_ path: String) throws(StoreError) -> Bool {
        try FileSystem.prefix(of: path, count: 4) == Array("GGUF".utf8)
    }

    /// The files of a request, the parts of a split one together and in order.
    private func grouped(
        _ files: [ModelCreation.File],
        _ inspector: ModelInspector,
        _ progress: (ModelCreation.Progress) throws -> Void
    ) throws -> [[ModelCreation.File]] {
        var groups = SplitFiles()
        for file in files {
            try progress(.init("parsing GGUF"))
            try requireGGUF(file)
            try groups.add(file, try inspector.split(blobs.path(of: file.digest)))
        }
        return try groups.complete()
    }

    /// Throws: `missingBlob`; `invalidRequest` for a file that is no GGUF.
    func requireGGUF(_ file: ModelCreation.File) throws(StoreError) {
        guard blobs.exists(file.digest) else { throw BlobStore.missing(file.digest) }
        guard try isGGUF(blobs.path(of: file.digest)) else {
            throw StoreError(.invalidRequest, "supplied file was not in GGUF format")
        }
    }

    /// Lays the request's texts over the layers so far.
    private func addContent(
        of creation: ModelCreation,
        to assembly: inout ModelAssembly
    ) throws {
        var content = ModelContent()
        if let template = creation.template, !template.isEmpty {
            content.template = template
            assembly.remove(MediaType.template, MediaType.prompt)
        }
        if let system = creation.system, !system.isEmpty {
            content.system = system
            assembly.remove(MediaType.system)
        }
        content.licenses = creation.licenses
        content.parameters = try merged(creation.parameters, assembly)
        if !content.parameters.isEmpty { assembly.remove(MediaType.parameters) }
        content.messages = creation.messages
        if !content.messages.isEmpty { assembly.remove(MediaType.messages) }
        for (mediaType, bytes) in content.layers { try assembly.add(bytes, as: mediaType) }
    }

    /// The parameters of all layers, later ones and then the request's taking precedence.
    ///
    private func merged(
        _ parameters: [String: ParameterValue],
        _ assembly: ModelAssembly
    ) throws(StoreError) -> JSONObject {
        let layers = assembly.plainLayers.filter { $0.mediaType == MediaType.parameters }
        var merged = JSONObject()
        for layer in layers {
            for (key, value) in try self.parameters(layer) { merged[key] = value }
        }
        for (key, value) in parameters {
            merged[key] = try ParameterTable.checked(key, value).json
        }
        return merged
    }
}

extension ModelConfig {
    /// What the request says goes before what the source said.
    fileprivate mutating func apply(_ creation: ModelCreation) {
        let info = creation.info
        // What another model is made of comes from no URL itself.
        origin = creation.origin?.hex ?? ""
        if !creation.renderer.isEmpty { renderer = creation.renderer }
        if !creation.parser.isEmpty { parser = creation.parser }
        if !creation.requires.isEmpty { requires = creation.requires }
        for capability in info.capabilities where !capabilities.contains(capability) {
            capabilities.append(capability)
        }
        if !info.family.isEmpty {
            family = info.family
            families = [info.family] + families.filter { $0 != info.family }
        }
        if !info.baseName.isEmpty { baseName = info.baseName }
        if !info.quantization.isEmpty { quantization = info.quantization }
        if !info.parameterSize.isEmpty { parameterSize = info.parameterSize }
        if info.contextLength > 0 { contextLength = info.contextLength }
        if info.embeddingLength > 0 { embeddingLength = info.embeddingLength }
        if architecture.isEmpty { architecture = "amd64" }
        if system.isEmpty { system = "linux" }
    }
}
