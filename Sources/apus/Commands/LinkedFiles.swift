internal import ApusClient
internal import ApusStore

/// Makes files of this machine blobs of the local store without copying them.
struct LinkedFiles: Sendable {
    let store: ModelStore
    /// The server that is to make a model of them.
    let client: ApusClient

    /// Links the files and runs `body` with their digests, by path.
    ///
    /// When anything fails, links that were made for it are removed again. Throws: `StoreError` for
    /// a file that cannot be linked; `CommandFailure` when the server has another store.
    func with(
        _ paths: [String],
        _ display: ProgressDisplay,
        _ body: ([String: String]) async throws -> Void
    ) async throws {
        var digests: [String: String] = [:]
        var made: Set<Digest> = []
        do {
            for path in paths {
                let (receipt, way) = try await link(path, display)
                if !receipt.existed { made.insert(receipt.digest) }
                digests[path] = "\(receipt.digest)"
                display.report("\(path): \(Self.words(for: way))")
                guard try await client.hasBlob("\(receipt.digest)") else {
                    throw CommandFailure(
                        "the server does not find \(path) in its model store: --link needs a server "
                            + "that works on \(store.paths.root) and may read the file"
                    )
                }
            }
            try await body(digests)
        } catch {
            let (store, made) = (store, made)
            if !made.isEmpty { try? await Blocking.run { try store.discard(made) } }
            throw error
        }
    }

    private func link(
        _ path: String,
        _ display: ProgressDisplay
    ) async throws -> (BlobStore.Receipt, BlobStore.Link) {
        let blobs = store.blobs
        return try await Blocking.run {
            try blobs.link(fileAt: path) { completed, total in
                display.report(
                    "reading \(path)",
                    digest: "read " + path,
                    completed: completed,
                    total: total
                )
            }
        }
    }

    /// Which way was taken, and what follows from it.
    static func words(for way: BlobStore.Link) -> String {
        switch way {
        case .present: "the model store has it already"
        case .reflink: "linked by reflink, 0 bytes copied"
        case .hardLink: "linked by hard link, 0 bytes copied; do not change the file"
        case .symbolicLink:
            "linked by symbolic link, 0 bytes copied; do not change, move or remove the file"
        }
    }
}
