import ApusStore
import NIOHTTP1
import Synchronization

@testable import ApusRegistry

/// The upload side of a registry, in memory, with faults to order.
final class Depot: Sendable {
    enum Fault: Sendable {
        case none
        /// This piece of the weights is half taken, then 500; later ones are fine.
        case half(Int)
        /// From this piece on half of every one is taken, then 500.
        case down(Int)
        /// Four times in a row this piece is answered with 503.
        case busy(Int)
        /// This piece is half taken, then the upload is not known any more.
        case lost(Int)
        /// Before this piece the token runs out.
        case expired(Int)
        /// Nobody can be asked how far an upload is.
        case silent(Int)
        /// Pieces are sent elsewhere, and nobody can be asked how far an upload is.
        case storage(port: Int)
        /// Every layer is taken from another repository.
        case mounts
    }

    private struct State {
        var fault: Fault
        var blobs: Set<String> = []
        var uploads: [Int: [UInt8]] = [:]
        var opened = 0
        var pieces = 0
        var isExpired = false
        var manifest: [UInt8] = []
        var blobsAtManifest = 0
    }

    private let state: Mutex<State>

    init(_ fault: Fault = .none) { state = Mutex(State(fault: fault)) }

    var manifest: [UInt8] { state.withLock { $0.manifest } }
    var blobsAtManifest: Int { state.withLock { $0.blobsAtManifest } }
    /// Uploads that were begun.
    var opened: Int { state.withLock { $0.opened } }

    /// Makes everything well from now on.
    func repair() { state.withLock { $0.fault = .none } }

    /// Forgets all uploads, as registries do after a week.
    func forget() { state.withLock { $0.uploads = [:] } }

    func answer(_ request: RogueRegistry.Request) -> RogueRegistry.Reply {
        state.withLock { Self.answer(request, &$0) }
    }

    private static let unknown = RogueRegistry.Reply.text(
        #"{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN","message":"blob upload unknown"}]}"#,
        status: 404
    )

    private static func answer(
        _ request: RogueRegistry.Request,
        _ state: inout State
    ) -> RogueRegistry.Reply {
        if state.isExpired, request.headers.first(name: "Authorization") != "Basic bWU6c2VjcmV0" {
            let challenge = ("WWW-Authenticate", #"Basic realm="x""#)
            return .init(status: 401, headers: [challenge])
        }
        switch request.method {
        case "HEAD":
            return .init(status: state.blobs.contains(String(request.path.suffix(71))) ? 200 : 404)
        case "POST":
            if case .mounts = state.fault { return .init(status: 201) }
            state.opened += 1
            state.uploads[state.opened] = []
            return accepted(state.opened)
        case "PUT" where request.path.contains("/manifests/"):
            state.manifest = request.body
            state.blobsAtManifest = state.blobs.count
            return .init(status: 201)
        default:
            guard let id = request.path.split(separator: "/").last.flatMap({ Int($0) }),
                let bytes = state.uploads[id]
            else { return unknown }
            switch request.method {
            case "PATCH": return patch(request, id, bytes, &state)
            case "GET":
                switch state.fault {
                case .silent, .storage: return .init(status: 405)
                default: break
                }
                return accepted(id, ("Range", "0-\(max(0, bytes.count - 1))"), status: 204)
            default: return commit(request, id, bytes, &state)
            }
        }
    }

    private static func accepted(
        _ id: Int,
        _ more: (String, String)...,
        status: Int = 202
    ) -> RogueRegistry.Reply {
        .init(status: status, headers: [("Location", "/v2/team/m/uploads/\(id)?s=1")] + more)
    }

    private static func patch(
        _ request: RogueRegistry.Request,
        _ id: Int,
        _ bytes: [UInt8],
        _ state: inout State
    ) -> RogueRegistry.Reply {
        if case .storage(let port) = state.fault {
            return .init(
                status: 307,
                headers: [
                    ("Location", "http://localhost:\(port)/part"),
                    ("Docker-Upload-Location", "/v2/team/m/uploads/\(id)?s=2"),
                ]
            )
        }
        let start = request.headers.first(name: "Content-Range")
            .flatMap { Int($0.prefix { $0 != "-" }) }
        guard start == bytes.count else { return .init(status: 416) }
        let isOfWeights = request.body.count > 1000
        if isOfWeights { state.pieces += 1 }
        let half = bytes + request.body.prefix(request.body.count / 2)
        switch state.fault {
        case .half(state.pieces) where isOfWeights:
            state.uploads[id] = half
            return .init(status: 500)
        case .down(...state.pieces) where isOfWeights:
            state.uploads[id] = half
            return .init(status: 500)
        case .busy(let piece) where isOfWeights && (piece..<(piece + 4)).contains(state.pieces):
            return .init(status: 503)
        case .lost(state.pieces) where isOfWeights:
            state.uploads[id] = nil
            return .init(status: 500)
        case .expired(state.pieces) where isOfWeights && !state.isExpired:
            state.isExpired = true
            state.pieces -= 1
            return answer(request, &state)
        case .silent(state.pieces) where isOfWeights:
            return .init(status: 503)
        default:
            state.uploads[id] = bytes + request.body
            return accepted(id)
        }
    }

    private static func commit(
        _ request: RogueRegistry.Request,
        _ id: Int,
        _ bytes: [UInt8],
        _ state: inout State
    ) -> RogueRegistry.Reply {
        guard let mark = request.target.firstRange(of: "digest=") else { return .init(status: 400) }
        let digest = String(request.target[mark.upperBound...].prefix(71))
        if case .storage = state.fault {
        } else if Digest(hashing: bytes).description != digest {
            state.uploads[id] = nil
            return .init(status: 400)
        }
        state.uploads[id] = nil
        state.blobs.insert(digest)
        return .init(status: 201)
    }
}

extension Desk {
    /// A store that has the model of a shelf under the name it has at `registry`.
    static func stocked(
        _ shelf: Shelf,
        _ registry: RogueRegistry,
        _ change: (inout RegistryPolicy) -> Void = { _ in }
    ) throws -> Desk {
        let desk = try Desk(change)
        try desk.store.blobs.store(shelf.weights)
        try desk.store.blobs.store(shelf.config)
        try desk.store.install(shelf.manifest, as: name(registry))
        return desk
    }

    /// Pushes a shelf's model from a new store, and returns what was reported.
    static func push(
        _ shelf: Shelf,
        to registry: RogueRegistry
    ) async throws -> [RegistryProgress] {
        try await stocked(shelf, registry).push(to: registry)
    }

    /// Pushes what the store has, and returns what was reported.
    @discardableResult
    func push(to registry: RogueRegistry) async throws -> [RegistryProgress] {
        let lines = Lines()
        try await client.push(
            Self.name(registry),
            RegistryOptions(allowsInsecure: true, username: "me", password: "secret")
        ) { lines.add($0) }
        return lines.all
    }
}

extension RogueRegistry {
    /// Bytes of layers that came with `PATCH`.
    var bytesReceived: Int {
        requests.filter { $0.method == "PATCH" }.reduce(0) { $0 + $1.body.count }
    }
}
