/// A manifest as found on disk.
struct ManifestFile: Sendable {
    let name: ModelName
    let manifest: Manifest
    let bytes: [UInt8]
    let status: FileStatus
}

extension ModelStore {
    /// The name as the store spells it: of parts that differ only in case, those that exist.
    ///
    /// Exact spellings win over others; a part that does not exist stays as given. So a model made
    /// as `Foo:X` beside `foo:latest` becomes `foo:X`.
    package func existingSpelling(of name: ModelName) throws(StoreError) -> ModelName {
        let parts = try spelling(of: name.parts[...], below: paths.manifests).parts
        return try ModelName(
            host: parts[0],
            namespace: parts[1],
            model: parts[2],
            tag: parts[3],
            scheme: name.scheme
        )
    }

    /// The bytes of a manifest, exactly as they were written, for pushing and copying.
    ///
    /// Throws: `notFound`; `builtIn`, for such models have none; `corruptManifest`.
    package func manifestBytes(of name: ModelName) throws(StoreError) -> [UInt8] {
        if let file = try manifestFile(of: name) { return file.bytes }
        guard builtIn(name) == nil else {
            throw StoreError(
                .builtIn,
                "Model '\(name.shortest)' is built into the program; give it a name in the store "
                    + "first ('apus cp')."
            )
        }
        throw Self.notFound(name)
    }

    /// The manifest of a model in the store; nil when there is none of that name.
    ///
    /// Throws: `corruptManifest`, `tooLarge`.
    func manifestFile(of name: ModelName) throws(StoreError) -> ManifestFile? {
        let (parts, isComplete) = try spelling(of: name.parts[...], below: paths.manifests)
        guard isComplete else { return nil }
        let spelled = try ModelName(
            host: parts[0],
            namespace: parts[1],
            model: parts[2],
            tag: parts[3],
            scheme: name.scheme
        )
        do {
            return try read(spelled)
        } catch  where error.code == .notFound {
            return nil
        }
    }

    /// Reads one manifest by its exact spelling.
    func read(_ name: ModelName) throws(StoreError) -> ManifestFile {
        let path = paths.path(of: name)
        guard let status = FileStatus.of(path) else { throw Self.notFound(name) }
        guard status.kind == .file else {
            throw StoreError(
                .corruptManifest,
                "The manifest of \(name.shortest) is no regular file.",
                detail: path
            )
        }
        do {
            let (bytes, status) = try FileSystem.contents(of: path, limit: Manifest.maximumBytes)
            return ManifestFile(
                name: name,
                manifest: try Manifest(bytes),
                bytes: bytes,
                status: status
            )
        } catch  where error.code == .corruptManifest || error.code == .tooLarge {
            throw StoreError(
                error.code,
                "The manifest of \(name.shortest) is unusable: \(error.message)",
                detail: path
            )
        }
    }

    /// Every manifest of the store, in order of path, with those that cannot be read.
    func manifestFiles() throws(StoreError) -> (
        files: [ManifestFile], problems: [ModelListing.Problem]
    ) {
        var files: [ManifestFile] = []
        var problems: [ModelListing.Problem] = []
        for parts in try manifestPaths(below: paths.manifests, depth: 4) {
            do throws(StoreError) {
                guard parts.count == 4 else {
                    throw StoreError(.corruptManifest, "A file where a folder should be.")
                }
                files.append(
                    try read(
                        ModelName(
                            host: parts[0],
                            namespace: parts[1],
                            model: parts[2],
                            tag: parts[3]
                        )
                    )
                )
            } catch  where error.code == .notFound {
                continue  // Removed since it was listed.
            } catch {
                problems.append(
                    ModelListing.Problem(path: parts.joined(separator: "/"), error: error)
                )
            }
        }
        return (files, problems)
    }

    /// Paths of what lies at depth 4 below the manifests, and of files and links above that.
    func manifestPaths(below folder: String, depth: Int) throws(StoreError) -> [[String]] {
        var paths: [[String]] = []
        for name in try FileSystem.names(in: folder) where !name.hasPrefix(".") {
            let path = "\(folder)/\(name)"
            if depth > 1, FileStatus.of(path)?.kind == .folder {
                for rest in try manifestPaths(below: path, depth: depth - 1) {
                    paths.append([name] + rest)
                }
            } else {
                paths.append([name])
            }
        }
        return paths
    }

    /// The spelling on disk of a path of names, and whether all of it exists.
    ///
    /// Looks through every combination of spellings, exact ones first, so that `Foo/x` is found
    /// even where an empty `foo` exists as well.
    private func spelling(
        of parts: ArraySlice<String>,
        below folder: String
    ) throws(StoreError) -> (parts: [String], isComplete: Bool) {
        guard let part = parts.first else { return ([], true) }
        let rest = parts.dropFirst()
        var best: [String]?
        for name in try spellings(of: part, in: folder) {
            let isFolder = FileStatus.of("\(folder)/\(name)")?.kind == .folder
            if isFolder == rest.isEmpty { continue }
            let below = try spelling(of: rest, below: "\(folder)/\(name)")
            if below.isComplete { return ([name] + below.parts, true) }
            best = best ?? [name] + below.parts
        }
        return (best ?? Array(parts), false)
    }

    private func spellings(of part: String, in folder: String) throws(StoreError) -> [String] {
        let names = try FileSystem.names(in: folder).filter { ModelName.isSame($0, part) }
        return names.filter { $0 == part } + names.filter { $0 != part }
    }
}
