import ApusConversation
import ApusDialects
import ApusScheduling
import ApusServer
import Foundation
import HTTPTypes
import HummingbirdTesting
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// A connection that a test writes to and reads from as it likes.
private final class Wire {
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>

    init(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.inbound = inbound.makeAsyncIterator()
        self.outbound = outbound
    }

    static func open<Value: Sendable>(
        port: Int,
        _ body: @Sendable (Wire) async throws -> Value
    ) async throws -> Value {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true)
                    )
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await body(Wire(inbound, outbound))
        }
    }

    func post(_ path: String, _ body: String, host: String = "localhost") async throws {
        try await outbound.write(
            ByteBuffer(
                string: "POST \(path) HTTP/1.1\r\nHost: \(host)\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
        )
    }

    /// Reads until what has come contains `mark`, or the connection ends.
    func read(until mark: String) async throws -> String {
        var text = ""
        while !text.contains(mark), let piece = try await inbound.next() {
            text += String(buffer: piece)
        }
        return text
    }
}

/// Waits for something that happens on another thread, at most ten seconds.
private func eventually(_ condition: @Sendable () -> Bool) async throws -> Bool {
    for _ in 0..<1000 {
        if condition() { return true }
        try await Task.sleep(for: .milliseconds(10))
    }
    return false
}

@Suite(.timeLimit(.minutes(1))) struct LiveServerTests {
    private static let body = #"{"model":"m","prompt":"x"}"#

    @Test(arguments: [true, false])
    func hangingUpEndsTheGeneration(_ streams: Bool) async throws {
        let stage = Stage { _, emit in
            if streams { emit(.content("first")) }
            try await Task.sleep(for: .seconds(600))
        }
        try await Bench(stage).run(.live) { client in
            try await client.make("m")
            let port = try #require(client.client.port)
            try await Wire.open(port: port) { wire in
                try await wire.post("/api/generate", Self.body)
                if streams { #expect(try await wire.read(until: "first").contains("200 OK")) }
                _ = try await eventually { stage.notes.withLock { $0.requests.count == 1 } }
            }
            #expect(try await eventually { stage.notes.withLock { $0.cancelled == 1 } })
            // The place is free again.
            #expect(
                try await eventually {
                    client.bench.services.scheduler.loadedModels().allSatisfy {
                        $0.activeRequests == 0
                    }
                }
            )
        }
    }

    @Test func framesArriveOneByOne() async throws {
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let stage = Stage { _, emit in
            emit(.content("first"))
            for await _ in gate { break }
            emit(.content("second"))
            emit(.finished(Stage.summary))
        }
        try await Bench(stage).run(.live) { client in
            try await client.make("m")
            let port = try #require(client.client.port)
            try await Wire.open(port: port) { wire in
                try await wire.post("/api/generate", Self.body)
                let head = try await wire.read(until: "first")
                #expect(!head.contains("second"))
                opener.yield()
                let rest = try await wire.read(until: "\r\n0\r\n\r\n")
                #expect(rest.contains("second") && rest.contains(#""done":true"#))
            }
            #expect(stage.notes.withLock { $0.cancelled } == 0)
        }
    }

    /// A body in chunks does not say how long it will be.
    @Test(arguments: ["/api/chat", "/v1/chat/completions", "/v1/messages"])
    func chunkedBodiesBeyondTheLimitAreRefused(_ path: String) async throws {
        var configuration = ServerConfiguration()
        configuration.maximumBodyBytes = 100
        try await Bench(configuration: configuration).run(.live) { client in
            let port = try #require(client.client.port)
            try await Wire.open(port: port) { wire in
                let head = "POST \(path) HTTP/1.1\r\nHost: localhost\r\n"
                let chunk = "40\r\n" + String(repeating: " ", count: 0x40) + "\r\n"
                try await wire.outbound.write(
                    ByteBuffer(string: head + "Transfer-Encoding: chunked\r\n\r\n" + chunk + chunk)
                )
                let answer = try await wire.read(until: "100 bytes")
                #expect(answer.hasPrefix("HTTP/1.1 413 ") && answer.contains("100 bytes"))
            }
        }
    }

    @Test func connectionsServeFurtherAndPipelinedRequests() async throws {
        try await Bench().run(.live) { client in
            try await client.make("m")
            let port = try #require(client.client.port)
            try await Wire.open(port: port) { wire in
                try await wire.post("/api/generate", Self.body)
                try await wire.post("/api/show", #"{"model":"nope"}"#)
                let text = try await wire.read(until: "not found")
                #expect(text.contains(#""done":true"#) && text.contains("404 Not Found"))
                try await wire.post("/api/show", #"{"model":"again"}"#)
                #expect(try await wire.read(until: "not found").contains("again"))
            }
        }
    }

    @Test func halfSentRequestsHoldNobodyUp() async throws {
        try await Bench().run(.live) { client in
            let port = try #require(client.client.port)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        try await Wire.open(port: port) { wire in
                            try await wire.outbound.write(
                                ByteBuffer(
                                    string: "POST /api/chat HTTP/1.1\r\nHost: localhost\r\n"
                                        + "Content-Length: 100\r\n\r\n{"
                                )
                            )
                            _ = try? await Task.sleep(for: .seconds(60))
                        }
                    }
                }
                let isFull = try await eventually {
                    client.bench.services.connections.openCount > 99
                }
                #expect(isFull)
                #expect(try await client.send(.get, "/api/version").status == .ok)
                group.cancelAll()
            }
            #expect(try await eventually { client.bench.services.connections.openCount < 5 })
        }
    }

    @Test(arguments: ["/", "/api/tags", "/api/ps", "/nowhere", "/api/blobs/x"])
    func answersToHeadHaveNoBody(_ path: String) async throws {
        try await Bench().run(.live) { client in
            let port = try #require(client.client.port)
            try await Wire.open(port: port) { wire in
                try await wire.outbound.write(
                    ByteBuffer(
                        string: "HEAD \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n"
                            + "GET /api/version HTTP/1.1\r\nHost: localhost\r\n\r\n"
                    )
                )
                let text = try await wire.read(until: "version")
                let ends = text.components(separatedBy: "\r\n\r\n")
                #expect(ends.count == 3 && ends[1].hasPrefix("HTTP/1.1 200 OK"))
            }
        }
    }

    @Test(arguments: ["/api/chat", "/api/blobs/sha256:" + String(repeating: "0", count: 64)])
    func bodiesThatEndEarlyAreTheClientsFault(_ path: String) async throws {
        try await Bench().run(.live) { client in
            let port = try #require(client.client.port)
            try await Wire.open(port: port) { wire in
                try await wire.outbound.write(
                    ByteBuffer(
                        string: "POST \(path) HTTP/1.1\r\nHost: localhost\r\n"
                            + "Content-Length: 100\r\n\r\n{"
                    )
                )
                wire.outbound.finish()
                #expect(try await wire.read(until: "error").contains("400 Bad Request"))
            }
            #expect(try await client.send(.get, "/api/version").status == .ok)
        }
    }

    @Test(arguments: [
        ("localhost:11434", true), ("127.0.0.1", true), ("[::1]:1", true), ("192.168.1.5", true),
        ("my.machine.local", true), ("evil.example", false), ("8.8.8.8:80", false), ("", true),
    ])
    func hostsOfOthersAreRefused(_ host: String, _ isServed: Bool) async throws {
        try await Bench().run(.live) { client in
            let port = try #require(client.client.port)
            try await Wire.open(port: port) { wire in
                try await wire.post("/api/show", "{}", host: host)
                let text = try await wire.read(until: "error")
                #expect(text.contains("400 Bad Request") == isServed)
                #expect(text.contains("403 Forbidden") == !isServed)
            }
        }
    }

    @Test func aTakenPortIsNamed() async throws {
        let bench = Bench()
        try await bench.run(.live) { client in
            let port = try #require(client.client.port)
            var configuration = ServerConfiguration()
            configuration.address = HostAddress("127.0.0.1:\(port)")
            let other = Bench()
            let application = buildApplication(
                configuration,
                other.services,
                logger: Logger(label: "test")
            )
            let error = await #expect(throws: ServerError.self) {
                try await runServer(application, configuration, other.services)
            }
            #expect(error?.code == .addressInUse)
            #expect(error?.message.contains("127.0.0.1:\(port)") == true)
        }
    }

    @Test func stoppingEndsAnswersUnderWay() async throws {
        let stage = Stage { _, emit in
            emit(.content("first"))
            try await Task.sleep(for: .seconds(600))
        }
        let bench = Bench(stage)
        try await bench.run(.live) { client in
            try await client.make("m")
            let port = try #require(client.client.port)
            try await Wire.open(port: port) { wire in
                try await wire.post("/api/generate", Self.body)
                _ = try await wire.read(until: "first")
                bench.services.connections.stop()
                #expect(try await wire.read(until: "error").contains("request canceled"))
            }
            #expect(stage.notes.withLock { $0.cancelled } == 1)
        }
    }
}
