package import FoundationEssentials

extension ModelStore {
    /// A file of the store that no model uses.
    package struct UnusedFile: Sendable, Equatable {
        /// What it is.
        package enum Kind: Sendable {
            /// The content of a model that is gone, or of one that is about to be.
            case blob
            /// A download that was not finished, its journal, or the record of an upload.
            case partial
            /// An upload or a manifest that was not finished, or a name that means nothing here.
            case leftover
        }

        /// Where it is below the store: `blobs/sha256-…`.
        package let path: String
        /// What it is.
        package let kind: Kind
        /// Bytes set free by its removal: none where the content has a name elsewhere.
        package let freedBytes: Int64
        let changedAt: Date
    }

    /// What pruning did, or would do.
    package struct Pruned: Sendable, Equatable {
        /// The files that are removed.
        package var files: [UnusedFile] = []
        /// Files that no model uses either, kept because they are young.
        package var spared = 0
        /// Why nothing is removed: a manifest that cannot be read might need any blob.
        package var skipped: ModelListing.Problem?

        /// Bytes set free.
        package var freedBytes: Int64 { files.reduce(0) { $0.addingClamped($1.freedBytes) } }
    }

    /// How long files are kept that no model uses: someone may be about to.
    package static let blobGrace = Duration.seconds(3600)
    /// How long unfinished downloads are kept: someone may want to resume them.
    package static let partialGrace = Duration.seconds(7 * 24 * 3600)

    /// Removes what no model uses; `isDryRun` only says what that would be.
    ///
    /// Spared is what was changed less than `grace`, or for downloads `partialGrace`, before `now`.
    /// Nothing is removed while a manifest cannot be read. Links go, what they lead to stays.
    /// Throws: `readOnly`, `busy`; neither for a dry run.
    @discardableResult
    package func prune(
        isDryRun: Bool = false,
        grace: Duration = ModelStore.blobGrace,
        partialGrace: Duration = ModelStore.partialGrace,
        now: Date = Date()
    ) throws(StoreError) -> Pruned {
        func plan() throws(StoreError) -> Pruned {
            let (files, problems) = try manifestFiles()
            if let problem = problems.first { return Pruned(skipped: problem) }
            let unused = try unusedFiles(besides: Set(files.flatMap { $0.manifest.digests }))
            let old = unused.filter { file in
                let age = Duration.seconds(now.timeIntervalSince(file.changedAt))
                return age >= (file.kind == .partial ? partialGrace : grace)
            }
            return Pruned(files: old, spared: unused.count - old.count)
        }
        if isDryRun { return try plan() }
        return try lock.withLock { _ throws(StoreError) in
            let pruned = try plan()
            guard pruned.skipped == nil else { return pruned }
            for file in pruned.files { try FileSystem.remove("\(paths.root)/\(file.path)") }
            try removeEmptyFolders(below: paths.manifests, depth: 4)
            return pruned
        }
    }

    /// The files below the folders of blobs, manifests and uploads that are neither manifests nor
    /// among the blobs `used`, folder by folder in order of name.
    func unusedFiles(besides used: Set<Digest>) throws(StoreError) -> [UnusedFile] {
        var files: [UnusedFile] = []
        for name in try FileSystem.names(in: paths.blobs) {
            guard let status = FileStatus.of("\(paths.blobs)/\(name)"), status.kind != .folder
            else { continue }
            let digest = try? Digest(name)
            if let digest, used.contains(digest) { continue }
            let kind: UnusedFile.Kind =
                digest != nil ? .blob : name.contains("-partial") ? .partial : .leftover
            files.append(UnusedFile(path: "blobs/\(name)", kind: kind, status))
        }
        try addUnfinished(below: "manifests", depth: 4, to: &files)
        for folder in [paths.partials, paths.uploads] {
            for name in try FileSystem.names(in: folder) {
                let path = "\(folder)/\(name)"
                guard let status = FileStatus.of(path), status.kind == .file else { continue }
                let place = String(path.dropFirst(paths.root.count + 1))
                files.append(UnusedFile(path: place, kind: .partial, status))
            }
        }
        return files
    }

    /// Adds manifests that were never finished; `folder` is relative to the store.
    private func addUnfinished(
        below folder: String,
        depth: Int,
        to files: inout [UnusedFile]
    ) throws(StoreError) {
        for name in try FileSystem.names(in: "\(paths.root)/\(folder)") {
            let path = "\(folder)/\(name)"
            guard let status = FileStatus.of("\(paths.root)/\(path)") else { continue }
            if status.kind == .folder, depth > 1 {
                try addUnfinished(below: path, depth: depth - 1, to: &files)
            } else if status.kind == .file, name.hasPrefix(AtomicFile.prefix) {
                files.append(UnusedFile(path: path, kind: .leftover, status))
            }
        }
    }

    private func removeEmptyFolders(below folder: String, depth: Int) throws(StoreError) {
        guard depth > 1 else { return }
        for name in try FileSystem.names(in: folder) {
            let path = "\(folder)/\(name)"
            guard FileStatus.of(path)?.kind == .folder else { continue }
            try removeEmptyFolders(below: path, depth: depth - 1)
            FileSystem.removeEmptyFolder(path)
        }
    }
}

extension ModelStore.UnusedFile {
    fileprivate init(path: String, kind: Kind, _ status: FileStatus) {
        self.path = path
        self.kind = kind
        freedBytes = status.kind == .file && status.linkCount == 1 ? status.size : 0
        changedAt = max(status.modifiedAt, status.changedAt)
    }
}

extension Int64 {
    /// The sum, or the largest number where it would be beyond that; for sizes of files.
    func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflowed) = addingReportingOverflow(other)
        return overflowed ? .max : sum
    }
}
