import ApusConversation
import ApusScheduling
import ApusServer
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct OllamaAnswerTests {
    private static let prompt = #"{"model":"m","prompt":"Hi""#
    private static let turn = #"{"model":"m","messages":[{"role":"user","content":"Hi"}]"#

    @Test func generateStreamsLinesAndEndsWithFigures() async throws {
        try await Bench().run { client in
            try await client.make("m")
            let response = try await client.send(.post, "/api/generate", Self.prompt + "}")
            #expect(response.headers[.contentType] == "application/x-ndjson")
            #expect(response.text.hasSuffix("}\n"))
            let lines = response.lines
            #expect(lines.map { $0["response"] } == ["Hel", "lo", ""])
            #expect(lines.map { $0["done"] } == [false, false, true])
            let last = try #require(lines.last?.objectValue)
            #expect(last["model"] == "m" && last["done_reason"] == "stop")
            #expect(last["context"] == [1, 2, 3])
            for field in ["total_duration", "load_duration", "prompt_eval_count", "eval_count"] {
                #expect(last[field]?.intValue ?? 0 > 0, "\(field)")
            }
        }
    }

    @Test func answersComeWholeWhenAskedFor() async throws {
        try await Bench().run { client in
            try await client.make("m")
            let whole = try await client.send(
                .post,
                "/api/generate",
                Self.prompt + #","stream":false}"#
            )
            #expect(whole.headers[.contentType] == "application/json; charset=utf-8")
            #expect(whole.json["response"] == "Hello" && whole.json["done"] == true)
            let chat = try await client.send(.post, "/api/chat", Self.turn + #","stream":false}"#)
            #expect(chat.json["message"] == ["role": "assistant", "content": "Hello"])
            #expect(chat.json["eval_count"] == 2)
        }
    }

    @Test func emptyPromptsLoadAndUnload() async throws {
        let stage = Stage()
        try await Bench(stage).run { client in
            try await client.make("m")
            for (path, body) in [
                ("/api/generate", #"{"model":"m"}"#), ("/api/chat", #"{"model":"m"}"#),
            ] {
                let response = try await client.send(.post, path, body)
                #expect(response.json["done_reason"] == "load" && response.lines.count == 1)
            }
            var models = try await client.send(.get, "/api/ps").json["models"]?.arrayValue
            #expect(models?.first?["name"] == "m:latest")
            #expect(models?.first?["size"] == 1024 && models?.first?["size_vram"] == 0)
            #expect(models?.first?["context_length"] == 2048)
            #expect(models?.first?["details"]?["quantization_level"] == "Q4_K_M")
            // Two names for the same weights share a runner.
            #expect(stage.notes.withLock { $0.specifications.count } == 1)
            let unload = try await client.send(
                .post,
                "/api/chat",
                #"{"model":"m","keep_alive":0}"#
            )
            #expect(unload.json["done_reason"] == "unload")
            #expect(unload.json["message"] == ["role": "assistant", "content": ""])
            models = try await client.send(.get, "/api/ps").json["models"]?.arrayValue
            #expect(models == [])
        }
    }

    @Test func modelsThatStayForEverSaySo() async throws {
        try await Bench().run { client in
            try await client.make("m")
            _ = try await client.send(.post, "/api/generate", #"{"model":"m","keep_alive":-1}"#)
            let forEver = try await client.send(.get, "/api/ps").json["models"]?[0]
            #expect(forEver?["expires_at"]?.stringValue?.hasPrefix("2319-") == true)
            _ = try await client.send(.post, "/api/generate", #"{"model":"m","keep_alive":"1h"}"#)
            let hour = try await client.send(.get, "/api/ps").json["models"]?[0]
            #expect(hour?["expires_at"]?.stringValue?.hasPrefix("2026-09-21T15:") == true)
        }
    }

    @Test func requestsReachTheEngineWithOptionsAndTemplate() async throws {
        let stage = Stage()
        try await Bench(stage).run { client in
            let template = JSONValue.string(Templates.thinking).jsonText()
            try await client.make(
                "m",
                fields:
                    #","template":\#(template),"system":"S","parameters":{"temperature":0.25,"num_ctx":99999,"stop":["x"]}"#,
                template: nil
            )
            _ = try await client.send(
                .post,
                "/api/chat",
                Self.turn + #","options":{"top_k":3,"num_thread":2}}"#
            )
            let specification = try #require(stage.notes.withLock { $0.specifications.first })
            #expect(specification.name == "m:latest")
            #expect(specification.templateLanguage == .jinja)
            #expect(specification.options.contextLength == 4096)
            #expect(!specification.options.contextIsAutomatic)
            #expect(specification.options.threads == 2)
            let request = try #require(stage.notes.withLock { $0.requests.first })
            #expect(request.template == Templates.thinking)
            #expect(request.sampling.temperature == 0.25 && request.sampling.topK == 3)
            #expect(request.stop == ["x"])
            guard case .conversation(let conversation) = request.prompt else {
                Issue.record("The prompt is no conversation.")
                return
            }
            #expect(conversation.messages.map(\.content) == ["S", "Hi"])
            #expect(conversation.thinking == .on)
        }
    }

    @Test func rawPromptsCarryNoTemplateAndNoContext() async throws {
        let stage = Stage()
        try await Bench(stage).run { client in
            try await client.make("m", template: nil)
            let response = try await client.send(
                .post,
                "/api/generate",
                Self.prompt + #","raw":true,"stream":false}"#
            )
            #expect(response.json["context"] == nil)
            let request = try #require(stage.notes.withLock { $0.requests.first })
            #expect(request.prompt == .text("Hi") && request.template == nil)
        }
    }

    @Test func emptyListsAndNullOptionsAskForNothing() async throws {
        try await Bench().run { client in
            try await client.make("m", template: nil)
            let response = try await client.send(
                .post,
                "/api/chat",
                Self.turn
                    + #","tools":[],"think":null,"format":null,"options":{"num_ctx":null},"stream":false}"#
            )
            #expect(response.status == .ok)
        }
    }

    @Test func vectorsAreNormalisedOnlyForTheNewRoute() async throws {
        try await Bench().run { client in
            try await client.make("m")
            let new = try await client.send(
                .post,
                "/api/embed",
                #"{"model":"m","input":["a","b"],"dimensions":2}"#
            )
            #expect(new.json["embeddings"] == [[0.6, 0.8], [0.6, 0.8]])
            #expect(new.json["model"] == "m" && new.json["prompt_eval_count"] == 2)
            let empty = try await client.send(.post, "/api/embed", #"{"model":"m"}"#)
            #expect(empty.text == #"{"model":"m","embeddings":[]}"#)
            let old = try await client.send(
                .post,
                "/api/embeddings",
                #"{"model":"m","prompt":"a"}"#
            )
            #expect(old.text == #"{"embedding":[3,4,0]}"#)
            let none = try await client.send(.post, "/api/embeddings", #"{"model":"m"}"#)
            #expect(none.text == #"{"embedding":[]}"#)
        }
    }

    @Test func waitingRequestsBeyondTheQueueAreRefused() async throws {
        let stage = Stage { _, _ in try await Task.sleep(for: .seconds(60)) }
        try await Bench(stage).run { client in
            try await client.make("m")
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        try await client.send(.post, "/api/generate", Self.prompt + "}").status.code
                    }
                }
                let first = try await group.next()
                #expect(first == 503)
                group.cancelAll()
            }
        }
    }

    @Test func textBecomesTokensAndTextAgain() async throws {
        try await Bench().run { client in
            try await client.make("m")
            let tokens = try await client.send(
                .post,
                "/api/tokenize",
                #"{"model":"m","content":"Hi"}"#
            )
            #expect(tokens.json["tokens"] == [72, 105] && tokens.json["model"] == "m")
            #expect(tokens.json["total_duration"]?.intValue ?? 0 > 0)
            let text = try await client.send(
                .post,
                "/api/detokenize",
                #"{"model":"m","tokens":[72,105]}"#
            )
            #expect(text.json["content"] == "Hi" && text.json["text"] == "Hi")
            for (path, body) in [
                ("/api/tokenize", #"{"model":"m"}"#), ("/api/detokenize", #"{"model":"m"}"#),
                ("/api/detokenize", #"{"model":"m","tokens":[5000000000]}"#),
                ("/api/tokenize", #"{"content":"Hi"}"#),
            ] {
                #expect(try await client.send(.post, path, body).status == .badRequest, "\(body)")
            }
        }
    }
}
