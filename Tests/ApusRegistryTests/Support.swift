import ApusConversation
import ApusStore
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import ApusRegistry

/// A model at a registry, and the answers of a registry that behaves.
struct Shelf: Sendable {
    /// The weights: pseudo-random, so that a shift is noticed.
    let weights: [UInt8]
    let config = Array(#"{"model_format":"gguf","model_family":"llama"}"#.utf8)
    let manifest: [UInt8]

    init(bytes count: Int = 100_000, seed: UInt64 = 1) {
        var generator = SplitMix64(seed: seed)
        weights = (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        manifest =
            Manifest(
                config: Layer(
                    mediaType: MediaType.config,
                    digest: Digest(hashing: config),
                    sizeBytes: Int64(config.count)
                ),
                layers: [
                    Layer(
                        mediaType: MediaType.model,
                        digest: Digest(hashing: weights),
                        sizeBytes: Int64(count)
                    )
                ]
            ).bytes
    }

    /// The path of the weights.
    var weightsPath: String { "/v2/team/m/blobs/\(Digest(hashing: weights))" }

    func answer(_ request: RogueRegistry.Request) -> RogueRegistry.Reply {
        if request.path == "/v2/team/m/manifests/latest" {
            return .init(content: .bytes(manifest))
        }
        if request.path == weightsPath { return Self.content(weights, request) }
        if request.path == "/v2/team/m/blobs/\(Digest(hashing: config))" {
            return Self.content(config, request)
        }
        return .text(#"{"errors":[{"code":"NAME_UNKNOWN","message":"no such"}]}"#, status: 404)
    }

    /// Bytes, or the range of them that was asked for.
    static func content(
        _ bytes: [UInt8],
        _ request: RogueRegistry.Request
    ) -> RogueRegistry.Reply {
        guard let range = request.range else { return .init(content: .bytes(bytes)) }
        guard range.upperBound < bytes.count else { return .init(status: 416) }
        return .init(
            status: 206,
            headers: [
                ("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound)/\(bytes.count)")
            ],
            content: .bytes(Array(bytes[range]))
        )
    }
}

/// A store in a folder of its own, and a client with small limits.
struct Desk: Sendable {
    let folder: TemporaryFolder
    let client: RegistryClient

    var store: ModelStore { client.store }

    init(_ change: (inout RegistryPolicy) -> Void = { _ in }) throws {
        var policy = RegistryPolicy()
        policy.attempts = 3
        policy.firstPause = .milliseconds(2)
        policy.stallTimeout = .seconds(10)
        policy.documentTimeout = .seconds(10)
        policy.answerTimeout = .seconds(10)
        policy.pieceBytes = 4096
        policy.partBytes = 16384
        policy.streamsPerBlob = 3
        policy.uploadBytes = 30_000...30_000
        policy.progressInterval = .milliseconds(5)
        change(&policy)
        folder = try TemporaryFolder()
        client = RegistryClient(
            store: ModelStore(root: folder.path("models")),
            settings: RegistrySettings(
                keyPath: folder.path("home/.ollama/id_ed25519"),
                userAgent: "test"
            ),
            inspector: Self.inspector,
            policy: policy
        )
    }

    /// Reads files of tests, which are `GGUF`, a number of a part, a number of parts, and noise.
    static let inspector: ModelInspector = {
        var inspector = ModelInspector(facts: { paths in
            let start = try start(of: paths.first ?? "")
            guard start[4] != UInt8(ascii: "x") else {
                throw StoreError(.invalidRequest, "The file is damaged.")
            }
            return ModelFacts(
                role: start[4] == UInt8(ascii: "p") ? .projector : .model,
                family: "llama",
                parameterCount: 1_000_000,
                quantization: "Q8_0"
            )
        })
        inspector.split = { path in
            let start = try start(of: path)
            return start[5] > 1 ? (Int(start[4]), Int(start[5])) : nil
        }
        return inspector
    }()

    private static func start(of path: String) throws -> [UInt8] {
        let file = try FileHandle(forReadingFrom: URL(filePath: path))
        defer { try? file.close() }
        return Array(try file.read(upToCount: 6) ?? Data()) + [0, 0, 0, 0, 0, 0]
    }

    /// Pulls the file at a URL, and returns what was reported.
    @discardableResult
    func pull(
        url text: String,
        as name: String? = nil,
        _ options: RegistryOptions = RegistryOptions(allowsInsecure: true)
    ) async throws -> [RegistryProgress] {
        let lines = Lines()
        let url = try #require(try ModelURL(text, hubHosts: client.policy.hubHosts))
        try await client.pull(url, called: name.map { try ModelName($0) }, options) {
            lines.add($0)
        }
        return lines.all
    }

    /// The model's name at a registry of this machine.
    static func name(_ registry: RogueRegistry) throws -> ModelName {
        try ModelName("http://127.0.0.1:\(registry.port)/team/m")
    }

    /// Pulls, and returns what was reported.
    @discardableResult
    func pull(
        _ registry: RogueRegistry,
        username: String? = nil
    ) async throws -> [RegistryProgress] {
        let lines = Lines()
        try await client.pull(
            Self.name(registry),
            RegistryOptions(allowsInsecure: true, username: username, password: "secret")
        ) { lines.add($0) }
        return lines.all
    }

    /// Whether the store has the model and all of its bytes.
    func has(_ shelf: Shelf, from registry: RogueRegistry) throws -> Bool {
        let stored = try store.resolve(Self.name(registry))
        let digest = Digest(hashing: shelf.weights)
        try store.blobs.verify(digest)
        return try stored.weights.map(\.digest) == [digest] && files(in: "blobs").count == 2
    }

    /// Names below a folder of the store, sorted.
    func files(in name: String) throws -> [String] {
        let path = folder.path("models/\(name)")
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        let paths = try FileManager.default.subpathsOfDirectory(atPath: path)
        return paths.filter { $0 != "partial" }.sorted()
    }
}

final class Lines: Sendable {
    private let lines = Mutex<[RegistryProgress]>([])

    var all: [RegistryProgress] { lines.withLock { $0 } }

    func add(_ line: RegistryProgress) { lines.withLock { $0.append(line) } }
}

/// Counts, for answers that differ from time to time.
final class Counter: Sendable {
    private let count = Mutex(0)

    /// The number of earlier calls.
    func next() -> Int {
        count.withLock { count in
            defer { count += 1 }
            return count
        }
    }
}

/// The code of the error that `work` throws, as text; nil when it throws none.
func failure(_ work: () async throws -> Void) async throws -> String? {
    do {
        try await work()
        return nil
    } catch let error as RegistryError {
        return "\(error.code)"
    } catch let error as StoreError {
        return "\(error.code)"
    }
}

/// Checks that `work` fails with an error of that code.
func fails(
    _ code: String,
    at location: SourceLocation = #_sourceLocation,
    _ work: () async throws -> Void
) async throws {
    let found = try await failure(work)
    #expect(found == code, sourceLocation: location)
}
