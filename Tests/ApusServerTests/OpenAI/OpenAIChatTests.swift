import ApusConversation
import ApusScheduling
import ApusServer
import HTTPTypes
import HummingbirdTesting
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct OpenAIChatTests {
    private static let path = "/v1/chat/completions"

    @Test func answersComeWhole() async throws {
        try await Bench().run { client in
            try await client.make("m")
            let response = try await client.send(.post, Self.path, OpenAIBodies.chat())
            #expect(response.status == .ok)
            #expect(response.headers[.contentType] == "application/json")
            let json = response.json
            #expect(json["object"] == "chat.completion" && json["model"] == "m")
            #expect(json["created"] == 1_790_000_000)
            #expect(json["id"]?.stringValue?.hasPrefix("chatcmpl-") == true)
            #expect(json["system_fingerprint"]?.stringValue?.hasPrefix("fp_") == true)
            #expect(json["choices"]?[0]?["message"]?["content"] == "Hello")
            #expect(json["choices"]?[0]?["finish_reason"] == "stop")
            #expect(json["usage"]?["prompt_tokens"] == 20)
            #expect(json["usage"]?["completion_tokens"] == 2)
            #expect(json["usage"]?["total_tokens"] == 22)
        }
    }

    @Test func answersComeInPiecesThatEndWithTheUsage() async throws {
        try await Bench().run { client in
            try await client.make("m")
            let response = try await client.send(
                .post,
                Self.path,
                OpenAIBodies.chat(#","stream":true,"stream_options":{"include_usage":true}"#)
            )
            #expect(response.headers[.contentType] == "text/event-stream")
            #expect(response.headers[.cacheControl] == "no-cache")
            #expect(response.text.hasSuffix("data: [DONE]\n\n"))
            let chunks = response.events.map(\.data)
            let text = chunks.compactMap {
                $0["choices"]?[0]?["delta"]?["content"]?.stringValue
            }
            #expect(text.joined() == "Hello")
            #expect(chunks.allSatisfy { $0["object"] == "chat.completion.chunk" })
            #expect(Set(chunks.compactMap { $0["id"]?.stringValue }).count == 1)
            #expect(chunks.last?["choices"] == [] && chunks.last?["usage"]?["total_tokens"] == 22)
            #expect(chunks.dropLast().allSatisfy { $0["usage"]?.isNull == true })
        }
    }

    @Test func choicesAreGeneratedAtTheSameTime() async throws {
        let arrived = Mutex(0)
        let stage = Stage { request, emit in
            arrived.withLock { $0 += 1 }
            // None goes on before all three are there.
            while arrived.withLock({ $0 }) < 3 { try await Task.sleep(for: .milliseconds(2)) }
            emit(.started(PromptUsage(tokens: 20, cachedTokens: 0)))
            emit(.content("seed \(request.sampling.seed ?? 0)"))
            emit(.finished(Stage.summary))
        }
        var configuration = ServerConfiguration()
        configuration.parallelSequences = 4
        try await Bench(stage, configuration: configuration).run { client in
            try await client.make("m")
            let response = try await client.send(
                .post,
                Self.path,
                OpenAIBodies.chat(#","n":3,"seed":7"#)
            )
            let choices = response.json["choices"]?.arrayValue ?? []
            #expect(choices.map { $0["index"] } == [0, 1, 2])
            #expect(
                choices.map { $0["message"]?["content"] } == ["seed 7", "seed 8", "seed 9"]
            )
            #expect(response.json["usage"]?["prompt_tokens"] == 20)
            #expect(response.json["usage"]?["completion_tokens"] == 6)
        }
    }

    @Test func choicesBeyondThePlacesWaitForEachOther() async throws {
        let running = Mutex((now: 0, most: 0))
        let stage = Stage { _, emit in
            running.withLock { state in
                state.now += 1
                state.most = max(state.most, state.now)
            }
            try await Task.sleep(for: .milliseconds(2))
            running.withLock { $0.now -= 1 }
            try await Stage.hello(GenerationRequest(prompt: .text("")), emit)
        }
        var configuration = ServerConfiguration()
        configuration.parallelSequences = 2
        try await Bench(stage, configuration: configuration).run { client in
            try await client.make("m")
            let response = try await client.send(
                .post,
                Self.path,
                OpenAIBodies.chat(#","n":20,"stream":true"#)
            )
            let chunks = response.events.map(\.data)
            let ended = chunks.compactMap { chunk -> Int? in
                guard chunk["choices"]?[0]?["finish_reason"] == "stop" else { return nil }
                return chunk["choices"]?[0]?["index"]?.intValue.map { Int($0) }
            }
            #expect(ended.sorted() == Array(0..<20))
            #expect(running.withLock { $0.most } <= 2)
        }
    }

    @Test func callsOfToolsArriveInPieces() async throws {
        let stage = Stage { _, emit in
            emit(.started(PromptUsage(tokens: 20, cachedTokens: 0)))
            emit(
                .toolCall(ToolCall(id: "call_1", name: "f", arguments: ["x": 1]))
            )
            emit(.finished(Stage.summary))
        }
        try await Bench(stage).run { client in
            try await client.make("m")
            let body = OpenAIBodies.chat(
                #","tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"required""#
            )
            let json = try await client.send(.post, Self.path, body).json
            let choice = json["choices"]?[0]
            #expect(choice?["finish_reason"] == "tool_calls")
            let call = choice?["message"]?["tool_calls"]?[0]
            #expect(call?["function"] == ["name": "f", "arguments": #"{"x":1}"#])
            let request = try #require(stage.notes.withLock { $0.requests.first })
            guard case .conversation(let conversation) = request.prompt else {
                Issue.record("no conversation")
                return
            }
            #expect(conversation.toolChoice == .required)
            #expect(request.overflow == .refuse && !request.shiftsContext)
        }
    }

    @Test func optionsAndTemplateReachTheEngine() async throws {
        let stage = Stage()
        try await Bench(stage).run { client in
            let template = JSONValue.string(Templates.thinking).jsonText()
            try await client.make(
                "m",
                fields: #","template":\#(template),"parameters":{"stop":["x"],"num_ctx":512}"#,
                template: nil
            )
            _ = try await client.send(
                .post,
                Self.path,
                OpenAIBodies.chat(
                    #","temperature":0.5,"stop":"y","max_tokens":3,"options":{"num_thread":2}"#
                )
            )
            let specification = try #require(stage.notes.withLock { $0.specifications.first })
            #expect(specification.options.contextLength == 512)
            #expect(specification.options.threads == 2)
            let request = try #require(stage.notes.withLock { $0.requests.first })
            #expect(request.template == Templates.thinking)
            #expect(request.sampling.temperature == 0.5 && request.maximumTokens == 3)
            #expect(request.stop == ["x", "y"])
        }
    }

    @Test func modelsStayAsLongAsTheyAreAskedTo() async throws {
        try await Bench().run { client in
            try await client.make("m")
            _ = try await client.send(.post, Self.path, OpenAIBodies.chat(#","keep_alive":"1h""#))
            let loaded = try await client.send(.get, "/api/ps").json["models"]?[0]
            #expect(loaded?["expires_at"]?.stringValue?.hasPrefix("2026-09-21T15:") == true)
        }
    }
}
