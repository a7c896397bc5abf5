import ApusConversation
import ApusDialects
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Synchronization
import Testing

@testable import ApusClient

/// A server that gives canned answers and notes what it was asked.
private struct Counterpart: Sendable {
    final class Notes: Sendable {
        let bodies = Mutex<[String: String]>([:])
        let sizes = Mutex<[Int]>([])
    }

    let notes = Notes()

    func run(_ body: @escaping @Sendable (ApusClient) async throws -> Void) async throws {
        let router = Router()
        let notes = notes
        func answer(_ method: HTTPRequest.Method, _ path: String, _ status: Int, _ text: String) {
            router.on(RouterPath(path), method: method) { request, _ in
                let sent = try await request.body.collect(upTo: 64 << 20)
                notes.sizes.withLock { $0.append(sent.readableBytes) }
                if sent.readableBytes < 10_000 {
                    notes.bodies.withLock { $0[path] = String(buffer: sent) }
                }
                return Response(
                    status: .init(code: status),
                    body: ResponseBody(byteBuffer: ByteBuffer(string: text))
                )
            }
        }
        answer(.head, "/", 200, "")
        answer(.get, "/api/version", 200, #"{"version":"9.9"}"#)
        answer(.get, "/api/ps", 200, #"{"models":[]}"#)
        answer(
            .get,
            "/api/tags",
            200,
            #"{"models":[{"name":"m:latest","model":"m:latest","modified_at":"2026-08-21T12:00:00.5+02:00","size":5,"digest":"ab","details":{"parent_model":"","format":"gguf","family":"llama","families":null,"parameter_size":"1B","quantization_level":"Q8_0"}}]}"#
        )
        let time = #""model":"m","created_at":"2026-08-21T10:00:00Z""#
        answer(
            .post,
            "/api/generate",
            200,
            #"{\#(time),"response":"a","done":false}"# + "\n\n"
                + #"{\#(time),"response":"b","done":false}"# + "\n"
                + #"{\#(time),"response":"","done":true,"done_reason":"stop","eval_count":2}"#
        )
        answer(
            .post,
            "/api/chat",
            200,
            #"{\#(time),"message":{"role":"assistant","content":"a"},"done":false}"# + "\n"
                + #"{"error":"model runner has stopped"}"# + "\n"
        )
        answer(.post, "/api/show", 404, #"{"error":"model 'x' not found"}"#)
        answer(.post, "/api/embed", 200, #"{"model":"m","embeddings":[[0.5,1]]}"#)
        answer(.delete, "/api/delete", 500, "no json")
        answer(.post, "/api/copy", 200, "")
        answer(.post, "/api/create", 200, #"{"status":"success"}"#)
        answer(.head, "/api/blobs/sha256:here", 200, "")
        answer(.head, "/api/blobs/sha256:new", 404, "")
        answer(.post, "/api/blobs/sha256:new", 201, "")
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        try await Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            logger: logger
        ).test(.live) { client in
            let port = try #require(client.port)
            try await ApusClient.with(HostAddress("127.0.0.1:\(port)")) { try await body($0) }
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct ApusClientTests {
    @Test func simpleAnswersAreTyped() async throws {
        try await Counterpart().run { client in
            try await client.heartbeat()
            #expect(try await client.version() == "9.9")
            #expect(try await client.loadedModels().isEmpty)
            let model = try #require(try await client.models().first)
            #expect(model.name == "m:latest" && model.details.quantizationLevel == "Q8_0")
            #expect(model.modifiedAt.description == "2026-08-21T10:00:00.5Z")
            let vectors = try await client.embed(.init(model: "m", inputs: ["a"]))
            #expect(vectors.embeddings == [[0.5, 1]])
            try await client.copy("a", to: "b")
            var statuses: [String?] = []
            for try await progress in try await client.create(OllamaCreate(model: "x")) {
                statuses.append(progress.status)
            }
            #expect(statuses == ["success"])
        }
    }

    @Test func framesComeLineByLine() async throws {
        let counterpart = Counterpart()
        try await counterpart.run { client in
            var request = OllamaGenerate.Request(model: "m", prompt: "x")
            request.stream = false
            var frames: [OllamaGenerate.Response] = []
            for try await frame in try await client.generate(request) { frames.append(frame) }
            #expect(frames.map(\.response) == ["a", "b", ""])
            #expect(frames.last?.metrics.evalCount == 2 && frames.last?.doneReason == "stop")
            #expect(
                counterpart.notes.bodies.withLock { $0["/api/generate"] }
                    == #"{"model":"m","prompt":"x","stream":true}"#
            )
        }
    }

    @Test func theServersWordsBecomeErrors() async throws {
        try await Counterpart().run { client in
            await #expect(
                throws: ClientError(.refused(status: 404), "model 'x' not found")
            ) { try await client.show(.init(model: "x")) }
            await #expect(throws: ClientError(.refused(status: 500), "no json")) {
                try await client.delete("x")
            }
            let frames = try await client.chat(.init(model: "m"))
            var texts: [String] = []
            await #expect(throws: ClientError(.failed, "model runner has stopped")) {
                for try await frame in frames { texts.append(frame.message.content) }
            }
            #expect(texts == ["a"])
        }
    }

    @Test func nobodyAtTheAddressIsSaidWithWhatToDo() async throws {
        let error = await #expect(throws: ClientError.self) {
            try await ApusClient.with(HostAddress("127.0.0.1:1")) { try await $0.heartbeat() }
        }
        #expect(error?.code == .unreachable)
        #expect(error?.message.contains("apus serve") == true)
        #expect(error?.message.contains("127.0.0.1:1") == true)
    }

    @Test func filesAreUploadedUnlessTheyAreThere() async throws {
        let path = NSTemporaryDirectory() + "apus-client-test-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let content = Data((0..<(2_500_000)).map { UInt8(truncatingIfNeeded: $0) })
        try content.write(to: URL(fileURLWithPath: path))
        let counterpart = Counterpart()
        try await counterpart.run { client in
            let progress = Mutex<[Int64]>([])
            try await client.upload(fileAt: path, digest: "sha256:here")
            #expect(counterpart.notes.sizes.withLock { $0 } == [0])
            try await client.upload(fileAt: path, digest: "sha256:new") { count in
                progress.withLock { $0.append(count) }
            }
            #expect(counterpart.notes.sizes.withLock { $0.last } == 2_500_000)
            #expect(progress.withLock { $0 } == [1 << 20, 2 << 20, 2_500_000])
            let error = await #expect(throws: ClientError.self) {
                try await client.upload(fileAt: "/nowhere", digest: "sha256:new")
            }
            #expect(error?.code == .unreadableFile)
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct LineBufferTests {
    @Test(arguments: 1...7)
    func piecesOfAnySizeGiveTheSameLines(_ size: Int) throws {
        let bytes = Array("one\n\ntwo\r\n \nthree".utf8)
        var buffer = LineBuffer(limit: 100)
        var lines: [String] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            try buffer.append(bytes[start..<min(start + size, bytes.count)])
            while let line = buffer.next(isAtEnd: false) {
                lines.append(String(decoding: line, as: UTF8.self))
            }
        }
        while let line = buffer.next(isAtEnd: true) {
            lines.append(String(decoding: line, as: UTF8.self))
        }
        #expect(lines == ["one", "two\r", "three"])
    }

    @Test func linesBeyondTheLimitAreRefused() throws {
        var buffer = LineBuffer(limit: 4)
        try buffer.append(Array("ab\n".utf8))
        #expect(buffer.next(isAtEnd: false) == Array("ab".utf8))
        try buffer.append(Array("abcd".utf8))
        #expect(throws: ClientError.self) { try buffer.append(Array("e".utf8)) }
    }
}
