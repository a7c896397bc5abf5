internal import ApusStore
internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1

/// One push: the layers in parallel, then the manifest.
struct ModelPush: Sendable {
    let session: RegistrySession
    let store: ModelStore
    let manifest: Manifest
    let bytes: [UInt8]
    let report: RegistryClient.Report

    func run() async throws {
        var seen: Set<Digest> = []
        let layers = manifest.allLayers.filter { seen.insert($0.digest).inserted }
        let board = ProgressBoard("pushing", layers)
        try await board.reporting(every: session.policy.progressInterval, to: report) {
            try await send(layers, board)
        }
        try await report(RegistryProgress("pushing manifest"))
        try await sendManifest()
    }

    /// Sends the layers, some at a time.
    private func send(_ layers: [Layer], _ board: ProgressBoard) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            for (index, layer) in layers.enumerated() {
                if index >= session.policy.blobsAtOnce { try await group.next() }
                group.addTask {
                    let push = BlobPush(
                        session: session,
                        store: store,
                        layer: layer,
                        place: { board.set(index, $0) }
                    )
                    try await push.run()
                    board.finish(index)
                }
            }
            try await group.waitForAll()
        }
    }

    private func sendManifest() async throws {
        try await session.retrying {
            let (bytes, type) = (bytes, manifest.mediaType)
            let response = try await session.succeed(
                RegistryTransport.Request(
                    method: .PUT,
                    url: session.path("manifests/\(session.name.tag)"),
                    headers: [("Content-Type", type)],
                    body: { .bytes(ByteBuffer(bytes: bytes)) },
                    isFollowing: false
                )
            )
            guard (200..<300).contains(response.status) else {
                throw RegistryError(
                    .protocolViolation,
                    "\(session.root.host) answers \(response.status) to a manifest."
                )
            }
            await session.transport.drain(response)
        }
    }
}
