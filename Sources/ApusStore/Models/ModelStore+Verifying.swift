extension ModelStore {
    /// What reading blobs again has shown.
    package struct Verification: Sendable, Equatable {
        /// A blob that is not what its models need.
        package struct Fault: Sendable, Equatable {
            /// The digest that it should have.
            package let digest: Digest
            /// The models that name it, in order; none for a blob that no model uses.
            package let models: [ModelName]
            /// What is wrong: `missingBlob`, `digestMismatch`, `sizeMismatch`, or why it could not
            /// be read.
            package let error: StoreError
        }

        /// Blobs that were looked at.
        package internal(set) var blobs = 0
        /// Those that are wrong.
        package internal(set) var faults: [Fault] = []
        /// Manifests that cannot be read, when all models were asked for.
        package internal(set) var problems: [ModelListing.Problem] = []

        /// Whether all is as it should be.
        package var isSound: Bool { faults.isEmpty && problems.isEmpty }
    }

    /// A blob to be read again, and what manifests say of it.
    private struct Claim {
        var models: [ModelName] = []
        var sizes: Set<Int64> = []
    }

    /// Reads the blobs of these models again, or with no names every blob there is.
    ///
    /// `progress` is told the bytes read and the bytes there are, of all blobs together. Takes no
    /// lock: what is removed meanwhile is no fault.
    /// Throws: `notFound`, `corruptManifest` for a model that is named; `builtIn` for one that has
    /// no blobs.
    package func verify(
        _ names: [ModelName] = [],
        progress: (Int64, Int64) -> Void = { _, _ in }
    ) throws(StoreError) -> Verification {
        var result = Verification()
        let (claims, problems) = try claims()
        var digests: Set<Digest> = []
        for name in names { digests.formUnion(try digestsToVerify(of: name)) }
        if names.isEmpty {
            result.problems = problems
            digests = Set(claims.keys).union(try storedDigests())
        }
        let total = digests.reduce(Int64(0)) { $0.addingClamped(blobs.size(of: $1) ?? 0) }
        var done: Int64 = 0
        progress(done, total)
        for digest in digests.sorted(by: { $0.hex < $1.hex }) {
            let before = done
            done = before.addingClamped(blobs.size(of: digest) ?? 0)
            let claim = claims[digest] ?? Claim()
            do {
                try check(digest, sizes: claim.sizes) { progress(before.addingClamped($0), total) }
            } catch {
                result.faults.append(
                    Verification.Fault(digest: digest, models: claim.models, error: error)
                )
            }
            result.blobs += 1
            progress(done, total)
        }
        try dropRemoved(from: &result)
        return result
    }

    private func check(
        _ digest: Digest,
        sizes: Set<Int64>,
        progress: (Int64) -> Void
    ) throws(StoreError) {
        let size = try blobs.verify(digest, progress: progress)
        for stated in sizes.sorted() where stated != size {
            throw StoreError(
                .sizeMismatch,
                "Blob \(digest) has \(size) bytes, a manifest says \(stated)."
            )
        }
    }

    private func digestsToVerify(of name: ModelName) throws(StoreError) -> Set<Digest> {
        if let file = try manifestFile(of: name) { return file.manifest.digests }
        guard builtIn(name) == nil else {
            throw StoreError(
                .builtIn,
                "Model '\(name.shortest)' is built into the program: the store has no blobs of it."
            )
        }
        throw Self.notFound(name)
    }

    /// What the readable manifests say of blobs.
    private func claims() throws(StoreError) -> ([Digest: Claim], [ModelListing.Problem]) {
        let (files, problems) = try manifestFiles()
        var claims: [Digest: Claim] = [:]
        for file in files {
            for digest in file.manifest.digests {
                claims[digest, default: Claim()].models.append(file.name)
            }
            for layer in file.manifest.allLayers {
                claims[layer.digest]?.sizes.insert(layer.sizeBytes)
            }
        }
        return (claims, problems)
    }

    /// The digests of the files among the blobs.
    private func storedDigests() throws(StoreError) -> Set<Digest> {
        let names = try FileSystem.names(in: paths.blobs)
        return Set(
            names.compactMap { name in
                (try? Digest(name)).flatMap { $0.fileName == name ? $0 : nil }
            }
        )
    }

    /// Drops blobs that are gone and that no model needs any more.
    private func dropRemoved(from result: inout Verification) throws(StoreError) {
        guard result.faults.contains(where: { $0.error.code == .missingBlob }) else { return }
        let needed = try claims().0
        result.faults.removeAll { $0.error.code == .missingBlob && needed[$0.digest] == nil }
    }
}
