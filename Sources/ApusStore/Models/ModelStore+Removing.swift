extension ModelStore {
    /// Removes a model, and the blobs that no other model uses.
    ///
    /// A corrupt manifest can be removed like any other.
    /// Throws: `notFound`; `builtIn`; `readOnly`, `busy`.
    package func delete(_ name: ModelName) throws(StoreError) {
        // Looked for first without the lock: what is not there needs no writable store.
        _ = try removable(name)
        try lock.withLock { held throws(StoreError) in
            let spelled = try removable(name)
            let path = paths.path(of: spelled)
            let digests = try digests(inFile: path)
            try FileSystem.remove(path)
            removeEmptyFolders(above: spelled)
            try removeUnreferenced(digests, held)
        }
    }

    private func removable(_ name: ModelName) throws(StoreError) -> ModelName {
        let spelled = try existingSpelling(of: name)
        if FileStatus.of(paths.path(of: spelled)) != nil { return spelled }
        guard builtIn(name) == nil else {
            throw StoreError(
                .builtIn,
                "Model '\(name.shortest)' is built into the program and cannot be removed."
            )
        }
        throw Self.notFound(name)
    }

    /// Renames blobs that early versions of Ollama wrote as `sha256:<hex>`.
    package func renameLegacyBlobs() throws(StoreError) {
        let legacy = try FileSystem.names(in: paths.blobs).filter { $0.hasPrefix("sha256:") }
        guard !legacy.isEmpty else { return }
        try lock.withLock { _ throws(StoreError) in
            for name in legacy {
                guard let digest = try? Digest(name) else { continue }
                try FileSystem.rename("\(paths.blobs)/\(name)", to: paths.path(of: digest))
            }
        }
    }

    /// Removes those of these blobs that no model uses; for what was taken in for nothing.
    ///
    /// Throws: `readOnly`, `busy`.
    package func discard(_ digests: Set<Digest>) throws(StoreError) {
        try lock.withLock { held throws(StoreError) in
            _ = try removeUnreferenced(digests, held)
        }
    }

    /// Removes those of `digests` that no manifest names, and returns them.
    ///
    /// Removes nothing when a manifest cannot even be looked at.
    @discardableResult
    func removeUnreferenced(
        _ digests: Set<Digest>,
        _ held: borrowing HeldLock
    ) throws(StoreError) -> Set<Digest> {
        var unused = digests
        for parts in try manifestPaths(below: paths.manifests, depth: 4) where !unused.isEmpty {
            let path = ([paths.manifests] + parts).joined(separator: "/")
            guard let used = try? self.digests(inFile: path) else { return [] }
            unused.subtract(used)
        }
        for digest in unused { try blobs.remove(digest) }
        return unused
    }

    /// The digests that a manifest names; none when the file does not exist.
    ///
    /// Of one that cannot be parsed, whatever looks like a digest: better keep a blob too many.
    func digests(inFile path: String) throws(StoreError) -> Set<Digest> {
        let bytes: [UInt8]
        do {
            // A link is followed here, though it is no manifest to this program: Ollama takes it.
            bytes = try FileSystem.contents(
                of: path,
                limit: Manifest.maximumBytes,
                following: true
            ).bytes
        } catch  where error.code == .notFound {
            return []
        }
        if let manifest = try? Manifest(bytes) { return manifest.digests }
        var digests: Set<Digest> = []
        let mark = Array("sha256".utf8)
        var position = 0
        while position + 71 <= bytes.count {
            if bytes[position] == mark[0], bytes[position...].starts(with: mark) {
                let text = String(decoding: bytes[position..<(position + 71)], as: UTF8.self)
                if let digest = try? Digest(text) { digests.insert(digest) }
            }
            position += 1
        }
        return digests
    }

    private func removeEmptyFolders(above name: ModelName) {
        for depth in [3, 2, 1] {
            let folder = ([paths.manifests] + name.parts.prefix(depth)).joined(separator: "/")
            guard FileSystem.removeEmptyFolder(folder) else { return }
        }
    }
}
