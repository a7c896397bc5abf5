extension ModelStore {
    /// Gives a model a second name: the manifest is copied byte for byte.
    ///
    /// What had the name before is replaced, and blobs only it used are removed. A built-in source
    /// is written to the store first. Copying a model to itself does nothing.
    /// Throws: `notFound`; `readOnly`, `busy`, `noSpace`; what a built-in model's weights throw.
    package func copy(_ source: ModelName, to destination: ModelName) throws {
        // The weights of a built-in model are large: they are written before the lock is taken.
        if try manifestFile(of: source) == nil {
            guard let builtIn = builtIn(source) else { throw Self.notFound(source) }
            try builtIn.materialize(in: blobs)
        }
        try lock.withLock { held throws(StoreError) in
            let file = try manifestFile(of: source)
            let target = try existingSpelling(of: destination)
            if let file, file.name.parts == target.parts { return }
            if let file {
                try write(file.bytes, as: target, held)
                return
            }
            guard let manifest = builtIn(source)?.manifest else { throw Self.notFound(source) }
            for digest in manifest.digests where !blobs.exists(digest) {
                throw BlobStore.missing(digest)
            }
            try write(manifest.bytes, as: target, held)
        }
    }

    /// Makes a manifest a model, once all its blobs are there; for pulled models.
    ///
    /// The bytes are kept as they are. Returns how many blobs of the manifest that had the name
    /// before were removed, because no other model uses them.
    /// Throws: `corruptManifest`; `missingBlob` or `sizeMismatch` for a layer; `readOnly`, `busy`.
    @discardableResult
    package func install(_ bytes: [UInt8], as name: ModelName) throws(StoreError) -> Int {
        let manifest = try Manifest(bytes)
        return try lock.withLock { held throws(StoreError) in
            for layer in manifest.allLayers {
                guard let size = blobs.size(of: layer.digest) else {
                    throw BlobStore.missing(layer.digest)
                }
                guard size == layer.sizeBytes else {
                    throw StoreError(
                        .sizeMismatch,
                        "Blob \(layer.digest) has \(size) bytes, its manifest \(layer.sizeBytes)."
                    )
                }
            }
            return try write(bytes, as: try existingSpelling(of: name), held)
        }
    }

    /// Writes a manifest and removes what only its predecessor used.
    ///
    /// Precondition: `name` is spelled as the store spells it.
    @discardableResult
    func write(
        _ bytes: [UInt8],
        as name: ModelName,
        _ held: borrowing HeldLock
    ) throws(StoreError) -> Int {
        let path = paths.path(of: name)
        let before = (try? digests(inFile: path)) ?? []
        try AtomicFile.write(bytes, to: path)
        return try removeUnreferenced(before, held).count
    }
}
