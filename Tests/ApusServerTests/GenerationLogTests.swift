import ApusConversation
import ApusScheduling
import Foundation
import HTTPTypes
import HummingbirdTesting
import Logging
import Synchronization
import Testing

@testable import ApusServer

/// A log in memory.
private final class Notebook: Sendable {
    struct Line: Sendable {
        var level: Logger.Level
        var message: String
        var metadata: [String: String]
    }

    private let state = Mutex<[Line]>([])

    var lines: [Line] { state.withLock { $0 } }

    func logger(_ level: Logger.Level) -> Logger {
        var logger = Logger(label: "test") { _ in Pen(notebook: self) }
        logger.logLevel = level
        return logger
    }

    private func add(_ line: Line) { state.withLock { $0.append(line) } }

    private struct Pen: LogHandler {
        let notebook: Notebook
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            notebook.add(
                Line(
                    level: event.level,
                    message: "\(event.message)",
                    metadata: all.mapValues { "\($0)" }
                )
            )
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct GenerationLogTests {
    private static let secret = "xyzzy-plugh"

    private static let requests = [
        (
            "ollama", "/api/chat",
            #"{"model":"m","messages":[{"role":"user","content":"\#(secret)"}],"options":{"num_predict":7},"stream":false}"#
        ),
        (
            "openai", "/v1/chat/completions",
            #"{"model":"m","messages":[{"role":"user","content":"\#(secret)"}],"max_tokens":7}"#
        ),
        (
            "openai", "/v1/responses",
            #"{"model":"m","input":"\#(secret)","max_output_tokens":16}"#
        ),
        (
            "anthropic", "/v1/messages",
            #"{"model":"m","max_tokens":7,"messages":[{"role":"user","content":"\#(secret)"}]}"#
        ),
    ]

    @Test func everyAPILogsCountsAndNoTexts() async throws {
        let notebook = Notebook()
        try await Bench(logger: notebook.logger(.debug)).run { client in
            try await client.make("m")
            for (_, path, body) in Self.requests {
                let response = try await client.send(.post, path, body)
                #expect(response.status == .ok, "\(path) \(response.text)")
            }
        }
        let begun = notebook.lines.filter { $0.message == "generation" }
        let ended = notebook.lines.filter { $0.message == "generated" }
        #expect(begun.map { $0.metadata["api"] } == Self.requests.map { $0.0 })
        #expect(ended.count == Self.requests.count)
        for line in begun {
            #expect(line.level == .debug && line.metadata["model"] == "m")
            #expect(line.metadata["messages"] == "1" && line.metadata["tools"] == "0")
            #expect(["7", "16"].contains(line.metadata["max_tokens"]))
            #expect(line.metadata["streaming"] == "false")
        }
        for line in ended {
            #expect(line.metadata["prompt_tokens"] == "20")
            #expect(line.metadata["reused_tokens"] == "0")
            #expect(line.metadata["generated_tokens"] == "2")
            #expect(line.metadata["reason"] == "stop")
        }
        #expect(
            zip(begun, ended).allSatisfy {
                $0.metadata["hb.request.id"] == $1.metadata["hb.request.id"]
            }
        )
        for line in notebook.lines {
            let all = line.message + line.metadata.values.joined()
            #expect(!all.contains(Self.secret) && !all.contains("Hello"))
        }
    }

    @Test(arguments: [
        ("ollama", "/api/embed", #"{"model":"m","input":["\#(secret)","b"]}"#),
        ("openai", "/v1/embeddings", #"{"model":"m","input":["\#(secret)","b"]}"#),
    ])
    func vectorsAreLoggedByTheirCounts(_ api: String, _ path: String, _ body: String) async throws {
        let notebook = Notebook()
        try await Bench(logger: notebook.logger(.debug)).run { client in
            try await client.make("m")
            #expect(try await client.send(.post, path, body).status == .ok)
        }
        let line = try #require(notebook.lines.first { $0.message == "embedded" })
        #expect(line.metadata["api"] == api && line.metadata["inputs"] == "2")
        #expect(line.metadata["prompt_tokens"] == "2")
        #expect(!notebook.lines.contains { "\($0)".contains(Self.secret) })
    }

    @Test func failuresAreNotedByTheirCode() async throws {
        let notebook = Notebook()
        let stage = Stage { _, _ in throw SchedulingError(.runnerStopped, "gone") }
        try await Bench(stage, logger: notebook.logger(.debug)).run { client in
            try await client.make("m")
            _ = try await client.send(.post, Self.requests[0].1, Self.requests[0].2)
        }
        let line = try #require(notebook.lines.first { $0.message == "ended early" })
        #expect(line.metadata["error"] == "runnerStopped")
    }

    @Test func nothingIsSaidAtTheUsualLevel() async throws {
        let notebook = Notebook()
        try await Bench(logger: notebook.logger(.info)).run { client in
            try await client.make("m")
            _ = try await client.send(.post, Self.requests[0].1, Self.requests[0].2)
        }
        #expect(!notebook.lines.contains { $0.message.hasPrefix("generat") })
        #expect(notebook.lines.contains { $0.metadata["path"] == "/api/chat" })
    }

    @Test func requestsSayWhatTheyAskForWithoutTexts() {
        var request = GenerationRequest(
            prompt: .conversation(
                Conversation(
                    messages: [Message(role: "user", content: Self.secret)],
                    toolChoice: .named(Self.secret),
                    thinking: .effort("high")
                )
            )
        )
        request.format = .regularExpression(Self.secret)
        request.stop = [Self.secret]
        request.thinkingBudget = 5
        #expect(
            request.logMetadata == [
                "prompt": "conversation", "messages": "1", "tools": "0", "tool_choice": "named",
                "thinking": "effort", "format": "regex", "stop": "1", "thinking_budget": "5",
                "max_tokens": "none",
            ]
        )
        request.prompt = .infill(prefix: "ab", suffix: "c")
        #expect(request.logMetadata["prompt_bytes"] == "3")
    }

    @Test func requestsAreKeptWhenAskedFor() async throws {
        let notebook = Notebook()
        var configuration = ServerConfiguration()
        configuration.keepsRequests = true
        let bench = Bench(configuration: configuration, logger: notebook.logger(.info))
        try await bench.run { client in
            try await client.make("m")
            _ = try await client.send(.post, Self.requests[3].1, Self.requests[3].2)
        }
        let folder = try #require(notebook.lines.compactMap { $0.metadata["folder"] }.first)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(
            names == [
                "00001-api-create.json", "00001-api-create.sh", "00002-v1-messages.json",
                "00002-v1-messages.sh",
            ]
        )
        let kept = try String(contentsOfFile: folder + "/00002-v1-messages.json", encoding: .utf8)
        #expect(kept == Self.requests[3].2)
        let script = try String(contentsOfFile: folder + "/00002-v1-messages.sh", encoding: .utf8)
        #expect(script.contains("http://127.0.0.1:11434}/v1/messages\""))
        let mode = try FileManager.default.attributesOfItem(atPath: folder)[.posixPermissions]
        #expect(mode as? Int == 0o700)
    }
}
