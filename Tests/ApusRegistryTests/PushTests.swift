import ApusStore
import Foundation
import NIOHTTP1
import Synchronization
import Testing

@testable import ApusRegistry

/// The upload side of a registry, in memory, with one fault to order.
final class Depot: Sendable {
    enum Fault: Sendable {
        case none
        /// The second piece is half taken, then 500.
        case half
        /// Pieces are sent elsewhere.
        case storage(port: Int)
        /// Every layer is taken from another repository.
        case mounts
    }

    private struct State {
        var blobs: Set<String> = []
        var upload: [UInt8] = []
        var patches = 0
        var manifest: [UInt8] = []
        var blobsAtManifest = 0
    }

    private let state = Mutex(State())
    private let fault: Fault

    init(_ fault: Fault = .none) { self.fault = fault }

    var manifest: [UInt8] { state.withLock { $0.manifest } }
    var blobsAtManifest: Int { state.withLock { $0.blobsAtManifest } }

    func answer(_ request: RogueRegistry.Request) -> RogueRegistry.Reply {
        state.withLock { state in
            let path = request.path
            switch request.method {
            case "HEAD":
                return .init(status: state.blobs.contains(String(path.suffix(71))) ? 200 : 404)
            case "POST":
                if case .mounts = fault { return .init(status: 201) }
                state.upload = []
                return .init(status: 202, headers: [("Location", "/v2/team/m/uploads/1?s=0")])
            case "PATCH": return patch(request, &state)
            case "GET":
                return .init(
                    status: 204,
                    headers: [
                        ("Location", "/v2/team/m/uploads/1?s=1"),
                        ("Range", "0-\(max(0, state.upload.count - 1))"),
                    ]
                )
            default:
                if path.contains("/manifests/") {
                    state.manifest = request.body
                    state.blobsAtManifest = state.blobs.count
                    return .init(status: 201)
                }
                guard
                    let digest = request.target.firstRange(of: "digest=").map({
                        String(request.target[$0.upperBound...].prefix(71))
                    })
                else { return .init(status: 400) }
                if case .storage = fault {
                } else if Digest(hashing: state.upload).description != digest {
                    return .init(status: 400)
                }
                state.blobs.insert(digest)
                return .init(status: 201)
            }
        }
    }

    private func patch(
        _ request: RogueRegistry.Request,
        _ state: inout State
    ) -> RogueRegistry.Reply {
        if case .storage(let port) = fault {
            return .init(
                status: 307,
                headers: [
                    ("Location", "http://localhost:\(port)/part"),
                    ("Docker-Upload-Location", "/v2/team/m/uploads/1?s=2"),
                ]
            )
        }
        let start = request.headers.first(name: "Content-Range")
            .flatMap { Int($0.prefix { $0 != "-" }) }
        guard start == state.upload.count else { return .init(status: 416) }
        state.patches += 1
        if case .half = fault, state.patches == 2 {
            state.upload += request.body.prefix(request.body.count / 2)
            return .init(status: 500)
        }
        state.upload += request.body
        return .init(status: 202, headers: [("Location", "/v2/team/m/uploads/1?s=3")])
    }
}

@Suite(.timeLimit(.minutes(1))) struct PushTests {
    /// A store that has the model of a shelf under the name it has at `registry`.
    private func stocked(_ shelf: Shelf, _ registry: RogueRegistry) throws -> Desk {
        let desk = try Desk()
        try desk.store.blobs.store(shelf.weights)
        try desk.store.blobs.store(shelf.config)
        try desk.store.install(shelf.manifest, as: Desk.name(registry))
        return desk
    }

    private func push(_ shelf: Shelf, to registry: RogueRegistry) async throws -> [RegistryProgress]
    {
        let desk = try stocked(shelf, registry)
        let lines = Lines()
        try await desk.client.push(
            Desk.name(registry),
            RegistryOptions(allowsInsecure: true)
        ) { lines.add($0) }
        return lines.all
    }

    @Test func pushSendsLayersThenTheManifest() async throws {
        let (shelf, depot) = (Shelf(), Depot())
        try await RogueRegistry.run(depot.answer) { registry in
            let lines = try await push(shelf, to: registry)
            #expect(depot.manifest == shelf.manifest && depot.blobsAtManifest == 2)
            #expect(lines.first?.status == "retrieving manifest")
            #expect(lines.suffix(2).map(\.status) == ["pushing manifest", "success"])
            let digest = Digest(hashing: shelf.weights)
            let weights = lines.filter { $0.digest == digest.description }
            #expect(weights.last?.completed == 100_000)
            #expect(weights.allSatisfy { $0.status == "pushing \(digest.hex.prefix(12))" })
            #expect(registry.requests.count { $0.method == "PATCH" } == 5)
            // A second push finds everything there.
            _ = try await push(shelf, to: registry)
            #expect(registry.requests.count { $0.method == "PATCH" } == 5)
        }
    }

    @Test func brokenUploadGoesOnWhereTheRegistryIs() async throws {
        let (shelf, depot) = (Shelf(), Depot(.half))
        try await RogueRegistry.run(depot.answer) { registry in
            _ = try await push(shelf, to: registry)
            #expect(depot.manifest == shelf.manifest && depot.blobsAtManifest == 2)
            let sent = registry.requests.filter { $0.method == "PATCH" }
                .reduce(0) { $0 + $1.body.count }
            #expect(sent == shelf.weights.count + shelf.config.count + 15_000)
        }
    }

    @Test func piecesGoToStorageWhereTheRegistrySaysSo() async throws {
        let shelf = Shelf()
        let stored = Mutex<[UInt8]>([])
        let counter = Counter()
        try await RogueRegistry.run({ request in
            // The storage fails once, too.
            if counter.next() == 1 { return .init(status: 503) }
            stored.withLock { $0 += request.body }
            return .init(status: 200)
        }) { storage in
            let depot = Depot(.storage(port: storage.port))
            try await RogueRegistry.run(depot.answer) { registry in
                _ = try await push(shelf, to: registry)
                #expect(depot.blobsAtManifest == 2)
            }
            #expect(stored.withLock { $0 } == shelf.weights + shelf.config)
            #expect(storage.requests.allSatisfy { $0.method == "PUT" })
            #expect(storage.requests.allSatisfy { !$0.headers.contains(name: "Authorization") })
        }
    }

    @Test func mountedLayersAreNotSent() async throws {
        let (shelf, depot) = (Shelf(), Depot(.mounts))
        try await RogueRegistry.run(depot.answer) { registry in
            _ = try await push(shelf, to: registry)
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
