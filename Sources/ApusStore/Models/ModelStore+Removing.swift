package import FoundationEssentials

extension ModelStore {
    /// What pruning did.
    package struct Pruned: Sendable, Equatable {
        /// Blobs that no model used.
        package var blobs = 0
        /// Unfinished uploads and downloads, and names that mean nothing here.
        package var leftovers = 0
        /// Bytes set free.
        package var freedBytes: Int64 = 0
        /// Why nothing was done: a manifest that cannot be read might need any blob.
        package var skipped: StoreError?
    }

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

    /// Removes what no model uses, at the start of a server.
    ///
    /// Spared are blobs younger than `grace` (someone may be about to use them) and unfinished
    /// downloads younger than `partialGrace` (someone may want to resume them). Nothing is removed
    /// while a manifest cannot be read.
    /// Throws: `readOnly`, `busy`.
    @discardableResult
    package func prune(
        grace: Duration = .seconds(3600),
        partialGrace: Duration = .seconds(7 * 24 * 3600),
        now: Date = Date()
    ) throws(StoreError) -> Pruned {
        try lock.withLock { held throws(StoreError) in
            var result = Pruned()
            let (files, problems) = try manifestFiles()
            if let problem = problems.first {
                result.skipped = problem.error
                return result
            }
            let used = Set(files.flatMap { $0.manifest.digests })
            for name in try FileSystem.names(in: paths.blobs) {
                let path = "\(paths.blobs)/\(name)"
                guard let status = FileStatus.of(path), status.kind != .folder else { continue }
                let digest = try? Digest(name)
                if let digest, used.contains(digest) { continue }
                let isFresh = status.isYounger(
                    than: name.contains("-partial") ? partialGrace : grace,
                    at: now
                )
                if isFresh { continue }
                try FileSystem.remove(path)
                if digest == nil { result.leftovers += 1 } else { result.blobs += 1 }
                result.freedBytes += status.kind == .file ? status.size : 0
            }
            try tidy(paths.manifests, depth: 4, grace: grace, now: now)
            return result
        }
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

    /// Removes manifests that were never finished, and empty folders.
    private func tidy(
        _ folder: String,
        depth: Int,
        grace: Duration,
        now: Date
    ) throws(StoreError) {
        for name in try FileSystem.names(in: folder) {
            let path = "\(folder)/\(name)"
            guard let status = FileStatus.of(path) else { continue }
            if status.kind == .folder, depth > 1 {
                try tidy(path, depth: depth - 1, grace: grace, now: now)
                FileSystem.removeEmptyFolder(path)
            } else if status.kind == .file, name.hasPrefix(AtomicFile.prefix),
                !status.isYounger(than: grace, at: now)
            {
                try FileSystem.remove(path)
            }
        }
    }
}
