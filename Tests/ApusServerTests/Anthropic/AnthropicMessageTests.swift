import ApusConversation
import ApusDialects
import ApusScheduling
import ApusServer
import HTTPTypes
import HummingbirdTesting
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct AnthropicMessageTests {
    private static let turn = #""messages":[{"role":"user","content":"Hi"}]"#
    private static let body = #"{"model":"m","max_tokens":50,"# + turn

    @Test func anAnswerComesWhole() async throws {
        try await Bench().run { client in
            try await client.make("m")
            let response = try await client.send(.post, "/v1/messages", Self.body + "}")
            #expect(response.status == .ok)
            #expect(response.headers[.contentType] == "application/json; charset=utf-8")
            let identifier = try #require(response.header("request-id"))
            #expect(identifier.hasPrefix("req_") && identifier.count > 20)
            #expect(response.header("apus-ignored") == nil)
            let message = response.json
            #expect(message["id"]?.stringValue?.hasPrefix("msg_") == true)
            #expect(message["type"] == "message" && message["role"] == "assistant")
            #expect(message["model"] == "m")
            #expect(message["content"] == [["type": "text", "text": "Hello"]])
            #expect(message["stop_reason"] == "end_turn" && message["stop_sequence"] == .null)
            #expect(message["usage"]?["input_tokens"] == 20)
            #expect(message["usage"]?["output_tokens"] == 2)
            let other = try await client.send(.post, "/v1/messages", Self.body + "}")
            #expect(other.header("request-id") != identifier && other.json["id"] != message["id"])
        }
    }

    @Test func anAnswerComesInEvents() async throws {
        try await Bench().run { client in
            try await client.make("m")
            let response = try await client.send(
                .post,
                "/v1/messages?beta=true",
                Self.body + #","stream":true}"#
            )
            #expect(response.headers[.contentType] == "text/event-stream; charset=utf-8")
            #expect(response.headers[.cacheControl] == "no-cache")
            #expect(response.header("request-id")?.hasPrefix("req_") == true)
            #expect(
                response.events.map(\.name) == [
                    "message_start", "content_block_start", "content_block_delta",
                    "content_block_delta", "content_block_stop", "message_delta", "message_stop",
                ]
            )
            #expect(response.events.allSatisfy { $0.data["type"]?.stringValue == $0.name })
            let texts = response.events.compactMap { $0.data["delta"]?["text"]?.stringValue }
            #expect(texts == ["Hel", "lo"])
            let start = response.events.first?.data["message"]
            #expect(start?["usage"]?["input_tokens"] == 20 && start?["content"] == [])
        }
    }

    @Test func requestsReachTheEngineWithTheModelsTemplate() async throws {
        let stage = Stage()
        try await Bench(stage).run { client in
            let template = JSONValue.string(Templates.all).jsonText()
            try await client.make(
                "m",
                fields: #","template":\#(template),"parameters":{"top_k":7,"num_ctx":99999}"#,
                template: nil
            )
            _ = try await client.send(
                .post,
                "/v1/messages",
                Self.body
                    + #","system":"S","temperature":0.5,"stop_sequences":["x"],"thinking":{"type":"adaptive"}}"#
            )
            let request = try #require(stage.notes.withLock { $0.requests.first })
            #expect(request.template == Templates.all && request.maximumTokens == 50)
            #expect(request.sampling.temperature == 0.5 && request.sampling.topK == 7)
            #expect(request.stop == ["x"] && request.overflow == .refuse && !request.rendersOnly)
            guard case .conversation(let conversation) = request.prompt else {
                Issue.record("The prompt is no conversation.")
                return
            }
            #expect(conversation.messages.map(\.content) == ["S", "Hi"])
            #expect(conversation.thinking == .on)
            let specification = try #require(stage.notes.withLock { $0.specifications.first })
            #expect(specification.options.contextLength == 4096)
        }
    }

    @Test func reasoningComesBackSigned() async throws {
        let stage = Stage { _, emit in
            emit(.thinking("Let me see."))
            emit(.content("Yes"))
            emit(.finished(Stage.summary))
        }
        try await Bench(stage).run { client in
            try await client.make("m")
            for display in ["summarized", "omitted"] {
                let thinking = #","thinking":{"type":"adaptive","display":"\#(display)"}"#
                let answer = try await client.send(
                    .post,
                    "/v1/messages",
                    Self.body + thinking + "}"
                )
                let content = try #require(answer.json["content"])
                #expect(content[0]?["type"] == "thinking")
                #expect(content[0]?["thinking"] == (display == "omitted" ? "" : "Let me see."))
                var messages = #"[{"role":"user","content":"Hi"},"#
                messages += #"{"role":"assistant","content":\#(content.jsonText())},"#
                messages += #"{"role":"user","content":"More"}]"#
                let next = #"{"model":"m","max_tokens":9,"messages":\#(messages)}"#
                let response = try await client.send(.post, "/v1/messages", next)
                #expect(response.status == .ok, "\(response.text)")
                let request = try #require(stage.notes.withLock { $0.requests.last })
                guard case .conversation(let conversation) = request.prompt else { return }
                #expect(conversation.messages[1].thinking == "Let me see.")
                let forged = next.replacing("Let me see.", with: "Forged.")
                if display == "omitted" { continue }
                let refused = try await client.send(.post, "/v1/messages", forged)
                #expect(refused.status == .badRequest && refused.text.contains("signature"))
            }
        }
    }

    @Test func countingRendersOnly() async throws {
        let stage = Stage { request, emit in
            if request.rendersOnly { return emit(.rendered("x", tokens: 23)) }
            emit(.finished(Stage.summary))
        }
        try await Bench(stage).run { client in
            try await client.make("m")
            let response = try await client.send(
                .post,
                "/v1/messages/count_tokens",
                #"{"model":"m","# + Self.turn + "}"
            )
            #expect(response.text == #"{"input_tokens":23}"#)
            #expect(response.header("request-id") != nil)
        }
    }

    @Test func countingWorksForPromptsThatAreTooLong() async throws {
        let stage = Stage { _, _ in
            throw SchedulingError(.promptTooLong, "too long (5000 tokens, limit 4096); shorten it")
        }
        try await Bench(stage).run { client in
            try await client.make("m")
            let response = try await client.send(
                .post,
                "/v1/messages/count_tokens",
                #"{"model":"m","# + Self.turn + "}"
            )
            #expect(response.text == #"{"input_tokens":5000}"#)
        }
    }

    @Test func whatHasNoEffectIsNamed() async throws {
        try await Bench().run { client in
            try await client.make("m")
            var headers = HTTPFields()
            headers.append("anthropic-beta", "claude-code-20250219, files-api-2025-04-14")
            headers.append("anthropic-beta", "odd;one")
            headers.append("anthropic-version", "2023-06-01")
            let response = try await client.send(
                .post,
                "/v1/messages",
                Self.body + #","unknown_member":1,"service_tier":"auto"}"#,
                headers: headers
            )
            #expect(response.status == .ok)
            #expect(
                response.header("apus-ignored")
                    == "unknown_member, anthropic-beta.files-api-2025-04-14, "
                    + "anthropic-beta.odd?one"
            )
        }
    }

    @Test func toolInputComesInPieces() async throws {
        let stage = Stage { _, emit in
            emit(.toolCallDelta(ToolCallDelta(index: 0, id: "call_1", name: "f")))
            emit(.toolCallDelta(ToolCallDelta(index: 0, id: "call_1", arguments: #"{"a":"#)))
            emit(.toolCallDelta(ToolCallDelta(index: 0, id: "call_1", arguments: "1}")))
            emit(.toolCall(ToolCall(id: "call_1", name: "f", arguments: ["a": 1])))
            emit(.finished(Stage.summary))
        }
        let tools = #","tools":[{"name":"f","input_schema":{"type":"object"}}]"#
        try await Bench(stage).run { client in
            try await client.make("m")
            let whole = try await client.send(.post, "/v1/messages", Self.body + tools + "}")
            #expect(
                whole.json["content"]
                    == [["type": "tool_use", "id": "toolu_1", "name": "f", "input": ["a": 1]]]
            )
            #expect(whole.json["stop_reason"] == "tool_use")
            let pieces = try await client.send(
                .post,
                "/v1/messages",
                Self.body + tools + #","stream":true}"#
            )
            let input = pieces.events.compactMap { event in
                event.data["delta"]?["partial_json"]?.stringValue
            }
            #expect(input == [#"{"a":"#, "1}"])
        }
    }

    @Test(arguments: [false, true]) func aStreamSaysDoneWhenAsked(_ isAsked: Bool) async throws {
        let environment = isAsked ? ["OLLAMA_ANTHROPIC_DONE": "1"] : [:]
        let configuration = try ServerConfiguration(environment: environment)
        try await Bench(configuration: configuration).run { client in
            try await client.make("m")
            let answer = try await client.send(
                .post,
                "/v1/messages",
                Self.body + #","stream":true}"#
            )
            #expect(answer.text.hasSuffix("}\n\ndata: [DONE]\n\n") == isAsked)
            #expect(answer.events.last?.data["type"] == "message_stop")
        }
    }

    @Test func reasoningIsRecognisedByTheNextServer() async throws {
        let first = Bench()
        try await first.run { _ in
            let seal = first.services.seal
            let later = ServerServices(
                library: first.services.library,
                scheduler: first.services.scheduler,
                now: first.services.now
            ).seal
            #expect(later.verify("x", seal.sign("x")))
            #expect(!Bench().services.seal.verify("x", seal.sign("x")))
        }
    }
}
