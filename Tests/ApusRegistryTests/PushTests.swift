import ApusStore
import Crypto
import Foundation
import NIOHTTP1
import Synchronization
import Testing

@testable import ApusRegistry

@Suite(.timeLimit(.minutes(1))) struct PushTests {
    @Test func pushSendsLayersThenTheManifest() async throws {
        let (shelf, depot) = (Shelf(), Depot())
        try await RogueRegistry.run(depot.answer) { registry in
            let lines = try await Desk.push(shelf, to: registry)
            #expect(depot.manifest == shelf.manifest && depot.blobsAtManifest == 2)
            #expect(lines.first?.status == "retrieving manifest")
            #expect(lines.suffix(2).map(\.status) == ["pushing manifest", "success"])
            let digest = Digest(hashing: shelf.weights)
            let weights = lines.filter { $0.digest == digest.description }
            #expect(weights.last?.completed == 100_000)
            #expect(weights.allSatisfy { $0.status == "pushing \(digest.hex.prefix(12))" })
            #expect(registry.requests.count { $0.method == "PATCH" } == 5)
            #expect(!registry.requests.contains { $0.target.contains("etag=") })
            // A second push finds everything there.
            _ = try await Desk.push(shelf, to: registry)
            #expect(registry.requests.count { $0.method == "PATCH" } == 5)
        }
    }

    @Test func piecesGoToStorageWhereTheRegistrySaysSo() async throws {
        let shelf = Shelf()
        let stored = Mutex<[[UInt8]]>([])
        let counter = Counter()
        var commits: [String] = []
        try await RogueRegistry.run({ request in
            // The storage fails once, too.
            if counter.next() == 1 { return .init(status: 503) }
            stored.withLock { $0.append(request.body) }
            return .init(status: 200)
        }) { storage in
            let depot = Depot(.storage(port: storage.port))
            try await RogueRegistry.run(depot.answer) { registry in
                _ = try await Desk.push(shelf, to: registry)
                #expect(depot.blobsAtManifest == 2)
                commits = registry.requests.filter { $0.method == "PUT" }.map(\.target)
            }
            // Layers go side by side; each one's pieces in order.
            let parts = stored.withLock { $0 }.filter { $0 != shelf.config }
            #expect(parts.flatMap { $0 } == shelf.weights)
            #expect(storage.requests.allSatisfy { $0.method == "PUT" })
            #expect(storage.requests.allSatisfy { !$0.headers.contains(name: "Authorization") })
            // The checksum over the checksums of four pieces, as S3 makes it.
            let sums = stride(from: 0, to: 100_000, by: 30_000).flatMap { start in
                Insecure.MD5.hash(data: shelf.weights[start..<min(start + 30_000, 100_000)])
            }
            let tag = Insecure.MD5.hash(data: sums).map {
                String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
            }
            #expect(commits.contains { $0.hasSuffix("&etag=\(tag.joined())-4") })
        }
    }

    @Test func mountedLayersAreNotSent() async throws {
        let (shelf, depot) = (Shelf(), Depot(.mounts))
        try await RogueRegistry.run(depot.answer) { registry in
            _ = try await Desk.push(shelf, to: registry)
            #expect(!registry.requests.contains { $0.method == "PATCH" })
            #expect(depot.manifest == shelf.manifest)
        }
    }

    @Test func modelThatIsNotThereIsNotFound() async throws {
        let desk = try Desk()
        let name = try ModelName("127.0.0.1:1/team/none")
        let code = try await failure { try await desk.client.push(name) { _ in } }
        #expect(code == "notFound")
    }
}
