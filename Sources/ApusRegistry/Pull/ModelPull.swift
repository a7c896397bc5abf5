internal import ApusStore
internal import NIOHTTP1

/// One pull: the manifest, the layers in parallel, the name.
struct ModelPull: Sendable {
    let session: RegistrySession
    let store: ModelStore
    /// What the model is to be called here.
    let name: ModelName
    let report: RegistryClient.Report

    /// How often layers that are removed meanwhile are fetched again.
    private static let maximumRounds = 3

    private var policy: RegistryPolicy { session.policy }

    /// Downloads what the store lacks of the model with this manifest.
    func run(_ bytes: [UInt8]) async throws {
        let layers = try PulledManifest.layers(of: bytes, from: session.root.host)
        for round in 1... {
            try await requireRoom(for: layers)
            let board = ProgressBoard("pulling", layers)
            try await board.reporting(every: policy.progressInterval, to: report) {
                try await fetch(layers, board)
            }
            try await report(RegistryProgress("verifying sha256 digest"))
            try await report(RegistryProgress("writing manifest"))
            let (store, name) = (store, name)
            do {
                let removed = try await Disk.run { try store.install(bytes, as: name) }
                if removed > 0 { try await report(RegistryProgress("removing unused layers")) }
                return
            } catch let error as StoreError {
                // A layer that was there went with another model that used it.
                guard error.code == .missingBlob, round < Self.maximumRounds else { throw error }
            }
        }
    }

    /// The manifest, as the registry has it.
    func manifestBytes() async throws -> [UInt8] {
        do {
            return try await session.retrying {
                let response = try await session.succeed(
                    RegistryTransport.Request(
                        url: session.path("manifests/\(session.name.tag)"),
                        headers: [("Accept", PulledManifest.acceptedTypes)]
                    )
                )
                let bytes = try await session.transport.document(
                    of: response,
                    limit: Manifest.maximumBytes
                )
                try PulledManifest.check(bytes, against: response)
                return bytes
            }
        } catch let error as RegistryError {
            if error.code == .notFound { try await requireNoList() }
            throw RegistryError(error.code, "pull model manifest: \(error.message)")
        }
    }

    /// Registries hide lists of images from those who only ask for images.
    ///
    /// Throws: `unsupported` when there is one.
    private func requireNoList() async throws {
        let response = try await session.send(
            RegistryTransport.Request(
                method: .HEAD,
                url: session.path("manifests/\(session.name.tag)"),
                headers: [("Accept", PulledManifest.listTypes)]
            )
        )
        let type = response.header("Content-Type") ?? ""
        guard response.status == 200, PulledManifest.isList(type) else { return }
        throw PulledManifest.listRefusal(session.root.host)
    }

    /// Checks that the disk has room for everything before anything is written.
    private func requireRoom(for layers: [Layer]) async throws {
        let store = store
        try await Disk.run {
            var needed: Int64 = 0
            for layer in layers where store.blobs.size(of: layer.digest) != layer.sizeBytes {
                let size = layer.sizeBytes
                // A download that was begun has its room reserved.
                let begun = store.blobs.completedBytes(
                    of: DownloadTarget(layer.digest),
                    sizeBytes: size
                )
                needed += begun > 0 ? 0 : size
            }
            try store.blobs.requireRoom(for: needed)
        }
    }

    /// Fetches the layers, some at a time.
    private func fetch(_ layers: [Layer], _ board: ProgressBoard) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            for (index, layer) in layers.enumerated() {
                if index >= policy.blobsAtOnce { try await group.next() }
                group.addTask {
                    let pull = BlobPull(
                        source: LayerSource(session: session, layer: layer),
                        blobs: store.blobs,
                        target: DownloadTarget(layer.digest),
                        sizeBytes: layer.sizeBytes,
                        policy: policy,
                        advance: { board.add(index, $0) },
                        place: { board.set(index, $0) }
                    )
                    _ = try await pull.run()
                    board.finish(index)
                }
            }
            try await group.waitForAll()
        }
    }
}
