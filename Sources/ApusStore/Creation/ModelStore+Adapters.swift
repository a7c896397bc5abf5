extension ModelStore {
    /// Adds the adapter of a request, converted if it has to be, and checks that the model's
    /// adapters fit it.
    func addAdapters(
        of creation: ModelCreation,
        to assembly: inout ModelAssembly,
        _ inspector: ModelInspector,
        _ progress: (ModelCreation.Progress) throws -> Void
    ) throws {
        let weights = assembly.paths(of: MediaType.model)
        if creation.adapters.contains(where: \.isSafetensors) {
            try progress(.init("converting adapter"))
            try require(weights)
            let files = try creation.adapters.map { file throws(StoreError) in
                guard blobs.exists(file.digest) else { throw BlobStore.missing(file.digest) }
                return (file.name, blobs.path(of: file.digest))
            }
            let conversion = try inspector.adapter(files, weights)
            assembly.add(
                try conversion.store(in: blobs, progress: progress),
                as: MediaType.adapter
            )
        } else {
            guard creation.adapters.count <= 1 else {
                throw StoreError(.invalidRequest, "only one adapter is currently supported")
            }
            for file in creation.adapters {
                try progress(.init("parsing GGUF"))
                try requireGGUF(file)
                guard try inspector.facts([blobs.path(of: file.digest)]).role == .adapter else {
                    throw StoreError(
                        .invalidRequest,
                        "File \(StoreError.quoted(file.name)) is a model, expected an adapter."
                    )
                }
                try assembly.add(file, as: MediaType.adapter)
            }
        }
        for path in assembly.paths(of: MediaType.adapter) {
            try require(weights)
            try inspector.checkAdapter(path, weights)
        }
    }

    private func require(_ weights: [String]) throws(StoreError) {
        guard weights.isEmpty else { return }
        throw StoreError(.invalidRequest, "an adapter needs the model that it was made for")
    }
}
