import ApusConversation
import ApusDialects
import ApusFormats
import ApusGGUF
import ApusRegistry
import ApusScheduling
import ApusServer
import ApusStore
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing

/// A server over an empty store in a folder of its own, with scripted runners.
struct Bench: Sendable {
    let stage: Stage
    let services: ServerServices
    let folder: String
    let application: Application<RouterResponder<ServerContext>>

    init(
        _ stage: Stage = Stage(),
        configuration: ServerConfiguration = ServerConfiguration(),
        logger: Logger? = nil,
        hasRegistry: Bool = false
    ) {
        self.stage = stage
        folder = NSTemporaryDirectory() + "apus-server-tests-" + UUID().uuidString
        let library = ModelLibrary(
            store: ModelStore(root: folder + "/models"),
            builtInWeights: { _ in throw GGUFError(.io, "There is no built-in model.") }
        )
        var settings = SchedulerConfiguration()
        settings.healthInterval = .zero
        settings.maximumQueue = 8
        let registry = RegistryClient(
            store: library.store,
            settings: RegistrySettings(keyPath: folder + "/key", userAgent: "test"),
            inspector: library.inspector
        )
        services = ServerServices(
            library: library,
            scheduler: Scheduler(
                configuration: settings,
                launcher: stage,
                availableBytes: { 1 << 40 }
            ),
            registry: hasRegistry ? registry : nil,
            now: { WireTime(seconds: 1_790_000_000) }
        )
        var silent = Logger(label: "test")
        silent.logLevel = .critical
        var configuration = configuration
        configuration.address = HostAddress("127.0.0.1:0")
        application = buildApplication(configuration, services, logger: logger ?? silent)
    }

    /// Runs a test against the routes, or against a socket.
    func run(
        _ setup: TestingSetup = .router,
        _ body: @escaping @Sendable (BenchClient) async throws -> Void
    ) async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await services.scheduler.run() }
            try await application.test(setup) { client in
                try await body(BenchClient(client: client, bench: self))
            }
            await services.scheduler.shutdown()
            group.cancelAll()
        }
    }

    /// A GGUF file without tensors' data worth speaking of.
    func weights(
        architecture: String = "llama",
        template: String? = Templates.all,
        extra: [(key: String, value: GGUFValue)] = []
    ) throws -> [UInt8] {
        var metadata: [(key: String, value: GGUFValue)] = [
            ("general.architecture", .string(architecture)), ("general.name", .string("Secret")),
            ("general.file_type", .uint32(15)),
            ("\(architecture).context_length", .uint32(4096)),
            ("\(architecture).embedding_length", .uint32(64)),
            ("\(architecture).block_count", .uint32(2)),
            ("\(architecture).attention.head_count", .uint32(4)),
            ("tokenizer.ggml.tokens", .array(GGUFArray(strings: ["a", "b", "c", "d", "e", "f"]))),
            ("tokenizer.ggml.flags", .array(GGUFArray(bools: [true, false]))),
        ]
        if let template { metadata.append(("tokenizer.chat_template", .string(template))) }
        metadata += extra
        let layout = try GGUFLayout(
            metadata: metadata,
            tensors: [.init(name: "output.weight", format: .f32, shape: [2, 4])]
        )
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        let path = folder + "/weights-\(UUID().uuidString).gguf"
        var writer = try GGUFWriter(path: path, layout: layout)
        let data = [UInt8](repeating: 0, count: 32)
        try data.withUnsafeBytes { try writer.write($0) }
        try writer.finish()
        return try Array(Data(contentsOf: URL(fileURLWithPath: path)))
    }
}

/// Jinja templates whose texts tell what they can express.
enum Templates {
    static let plain = "{% for m in messages %}{{ m.content }}{% endfor %}"
    static let tools = "{% if tools %}{{ tools | tojson }}{% endif %}" + plain
    static let thinking = "{% if enable_thinking %}<think>x</think>{% endif %}" + plain
    static let all = tools + thinking
}

/// Sends requests and reads answers as JSON.
struct BenchClient: Sendable {
    let client: any TestClientProtocol
    let bench: Bench

    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: String = "",
        headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await client.execute(
            uri: path,
            method: method,
            headers: headers,
            body: ByteBuffer(string: body)
        )
    }

    /// Uploads weights and makes a model of them.
    func make(
        _ name: String,
        fields: String = "",
        architecture: String = "llama",
        template: String? = Templates.all,
        extra: [(key: String, value: GGUFValue)] = []
    ) async throws {
        let bytes = try bench.weights(
            architecture: architecture,
            template: template,
            extra: extra
        )
        let digest = Digest(hashing: bytes)
        _ = try await client.execute(
            uri: "/api/blobs/\(digest)",
            method: .post,
            body: ByteBuffer(bytes: bytes)
        )
        let response = try await send(
            .post,
            "/api/create",
            #"{"model":"\#(name)","files":{"m.gguf":"\#(digest)"},"stream":false\#(fields)}"#
        )
        #expect(response.text == #"{"status":"success"}"#)
        try #require(response.status == .ok)
    }
}

extension TestResponse {
    /// The body as text.
    var text: String { String(buffer: body) }
    /// The body as JSON.
    var json: JSONValue { (try? JSONValue(json: text)) ?? .null }
    /// The lines of the body as JSON.
    var lines: [JSONValue] {
        text.split(separator: "\n").map { (try? JSONValue(json: String($0))) ?? .null }
    }
}
