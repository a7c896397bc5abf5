internal import ApusStore
internal import Synchronization

/// One pull of GGUF files from URLs: what is there, the files in parallel, the model made of them.
struct FilesPull: Sendable {
    /// A file to pull, and its digest where that is known from elsewhere.
    struct Wish: Sendable {
        let url: RegistryURL
        var digest: Digest?
    }

    let session: RegistrySession
    let store: ModelStore
    let inspector: ModelInspector
    /// What the model is to be called.
    let name: ModelName
    /// The digest of the URL that it comes from; nil for a model of a repository.
    let origin: Digest?
    let report: RegistryClient.Report

    /// How often files that are removed meanwhile are fetched again.
    private static let maximumRounds = 3

    private var policy: RegistryPolicy { session.policy }

    /// Pulls all parts of a model and makes it.
    ///
    /// Throws: `RegistryError`; `StoreError`; what the inspector throws for a file that is no model.
    func run(_ wishes: [Wish]) async throws {
        var files: [RemoteFile] = []
        for wish in wishes {
            files.append(try await RemoteFile.find(wish.url, digest: wish.digest, session))
        }
        for round in 1... {
            do {
                return try await run(files, wishes)
            } catch let error as StoreError {
                // A file that was there went with another model that used it.
                guard error.code == .missingBlob, round < Self.maximumRounds else { throw error }
            }
        }
    }

    private func run(_ files: [RemoteFile], _ wishes: [Wish]) async throws {
        try await requireRoom(for: files)
        let (board, digests) = (ProgressBoard(files), Digests(count: files.count))
        try await board.reporting(every: policy.progressInterval, to: report) {
            try await fetch(files, wishes, board, digests)
        }
        try await report(RegistryProgress("verifying sha256 digest"))
        try await report(RegistryProgress("writing manifest"))
        try await make(
            zip(files, digests.all).compactMap { file, digest in
                digest.map { ModelCreation.File(name: file.name, digest: $0) }
            }
        )
    }

    /// What the files turned out to be.
    private final class Digests: Sendable {
        private let list: Mutex<[Digest?]>

        init(count: Int) { list = Mutex(Array(repeating: nil, count: count)) }

        var all: [Digest?] { list.withLock { $0 } }

        func set(_ index: Int, _ digest: Digest) { list.withLock { $0[index] = digest } }
    }

    /// Fetches the files, some at a time.
    private func fetch(
        _ files: [RemoteFile],
        _ wishes: [Wish],
        _ board: ProgressBoard,
        _ digests: Digests
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            for (index, file) in files.enumerated() {
                if index >= policy.blobsAtOnce { try await group.next() }
                group.addTask {
                    digests.set(index, try await fetch(file, wishes[index], index, board))
                    board.finish(index)
                }
            }
            try await group.waitForAll()
        }
    }

    /// Checks that the disk has room for everything before anything is written.
    private func requireRoom(for files: [RemoteFile]) async throws {
        let blobs = store.blobs
        try await Disk.run {
            var needed: Int64 = 0
            for file in files {
                if let digest = file.digest, blobs.size(of: digest) == file.sizeBytes { continue }
                // A download that was begun has its room reserved.
                let begun = blobs.completedBytes(of: file.target, sizeBytes: file.sizeBytes)
                let (sum, overflowed) = needed.addingReportingOverflow(
                    begun > 0 ? 0 : file.sizeBytes
                )
                needed = overflowed ? .max : sum
            }
            try blobs.requireRoom(for: needed)
        }
    }

    /// Downloads a file, from the beginning when it changes meanwhile.
    private func fetch(
        _ found: RemoteFile,
        _ wish: Wish,
        _ index: Int,
        _ board: ProgressBoard
    ) async throws -> Digest {
        var file = found
        var restarts = 0
        while true {
            do {
                return try await BlobPull(
                    source: FileSource(session: session, file: file),
                    blobs: store.blobs,
                    target: file.target,
                    sizeBytes: file.sizeBytes,
                    isResumable: file.digest != nil || file.version != nil,
                    policy: policy,
                    advance: { board.add(index, $0) },
                    place: { board.set(index, $0) }
                ).run()
            } catch let error as RegistryError where error.code == .changed {
                guard restarts < policy.restarts, wish.digest == nil else { throw error }
                restarts += 1
                file = try await RemoteFile.find(wish.url, session)
                board.restart(index, total: file.sizeBytes)
            }
        }
    }

    private func make(_ files: [ModelCreation.File]) async throws {
        let store = store
        var creation = ModelCreation(name: name, source: .files(files))
        creation.origin = origin
        var inspector = inspector
        let facts = inspector.facts
        inspector.facts = { paths in
            let found = try facts(paths)
            guard found.role == .model else {
                throw StoreError(
                    .invalidRequest,
                    "The file holds a projector or an adapter; only whole models can be pulled."
                )
            }
            return found
        }
        let (checked, request) = (inspector, creation)
        try await Disk.run { try store.create(request, inspector: checked) }
    }
}
