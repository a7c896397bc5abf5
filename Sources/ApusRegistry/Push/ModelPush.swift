internal import ApusStore
internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1

/// One push: layers one after another, then the manifest.
struct ModelPush: Sendable {
    let session: RegistrySession
    let store: ModelStore
    let manifest: Manifest
    let bytes: [UInt8]
    let report: RegistryClient.Report

    func run() async throws {
        let layers = manifest.allLayers
        let board = ProgressBoard("pushing", layers)
        try await board.reporting(every: session.policy.progressInterval, to: report) {
            for (index, layer) in layers.enumerated() {
                try await BlobPush(
                    session: session,
                    blobs: store.blobs,
                    layer: layer,
                    place: { board.set(index, $0) }
                ).run()
                board.finish(index)
            }
        }
        try await report(RegistryProgress("pushing manifest"))
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
