/// What the files of a store take up, and for what.
package struct StoreUsage: Sendable, Equatable {
    /// What one model takes up.
    package struct Model: Sendable, Equatable {
        /// Its name.
        package let name: ModelName
        /// Bytes of blobs that no other model uses.
        package internal(set) var ownBytes: Int64 = 0
        /// Bytes of blobs that other models use, too.
        package internal(set) var sharedBytes: Int64 = 0
        /// Blobs that it names and the store lacks.
        package internal(set) var missingBlobs = 0

        /// Bytes of all its blobs.
        package var sizeBytes: Int64 { ownBytes.addingClamped(sharedBytes) }
    }

    /// Files, counted and weighed.
    package struct Amount: Sendable, Equatable {
        /// How many there are.
        package internal(set) var files = 0
        /// Their bytes.
        package internal(set) var bytes: Int64 = 0

        mutating func add(_ more: Int64) {
            files += 1
            bytes = bytes.addingClamped(more)
        }
    }

    /// The models, the largest first.
    package internal(set) var models: [Model] = []
    /// The blobs of all models, each counted once.
    package internal(set) var used = Amount()
    /// Those of them that lie elsewhere or have another name elsewhere: removing the model sets
    /// none of their bytes free.
    package internal(set) var linked = Amount()
    /// Blobs that no model uses.
    package internal(set) var unreferenced = Amount()
    /// Downloads that were not finished, with their journals, and the records of uploads.
    package internal(set) var partial = Amount()
    /// Uploads that were not finished, and names that mean nothing here.
    package internal(set) var leftovers = Amount()
    /// Blobs named only in manifests that cannot be read.
    package internal(set) var unreadable = Amount()
    /// The manifests that cannot be read.
    package internal(set) var problems: [ModelListing.Problem] = []
}

extension ModelStore {
    /// What the files of the store take up; writes nothing and takes no lock.
    ///
    /// Throws: when the folders of manifests or blobs cannot be listed.
    package func usage() throws(StoreError) -> StoreUsage {
        var usage = StoreUsage()
        let (files, problems) = try manifestFiles()
        usage.problems = problems
        var users: [Digest: Int] = [:]
        for file in files { for digest in file.manifest.digests { users[digest, default: 0] += 1 } }
        for digest in users.keys {
            guard let size = blobs.size(of: digest) else { continue }
            usage.used.add(size)
            if blobs.isLinked(digest) { usage.linked.add(size) }
        }
        for file in files {
            var model = StoreUsage.Model(name: file.name)
            for digest in file.manifest.digests {
                if let size = blobs.size(of: digest) {
                    let isShared = users[digest] != 1
                    model.ownBytes = model.ownBytes.addingClamped(isShared ? 0 : size)
                    model.sharedBytes = model.sharedBytes.addingClamped(isShared ? size : 0)
                } else {
                    model.missingBlobs += 1
                }
            }
            usage.models.append(model)
        }
        usage.models.sort { ($1.sizeBytes, $0.name.shortest) < ($0.sizeBytes, $1.name.shortest) }
        try addUnused(besides: Set(users.keys), to: &usage)
        return usage
    }

    private func addUnused(
        besides readable: Set<Digest>,
        to usage: inout StoreUsage
    ) throws(StoreError) {
        var named: Set<Digest> = []
        for problem in usage.problems {
            // What cannot be read at all names nothing; it stands among the problems.
            named.formUnion((try? digests(inFile: "\(paths.manifests)/\(problem.path)")) ?? [])
        }
        for digest in named.subtracting(readable) {
            if let size = blobs.size(of: digest) { usage.unreadable.add(size) }
        }
        for file in try unusedFiles(besides: readable.union(named)) {
            switch file.kind {
            case .blob: usage.unreferenced.add(file.freedBytes)
            case .partial: usage.partial.add(file.freedBytes)
            case .leftover: usage.leftovers.add(file.freedBytes)
            }
        }
    }
}
