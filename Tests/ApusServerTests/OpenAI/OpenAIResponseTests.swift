import ApusConversation
import ApusDialects
import ApusScheduling
import HTTPTypes
import HummingbirdTesting
import Synchronization
import Testing

@testable import ApusServer

@Suite(.timeLimit(.minutes(1))) struct OpenAIResponseTests {
    private static let path = "/v1/responses"

    @Test func responsesAreKeptAndGoOn() async throws {
        let stage = Stage()
        try await Bench(stage).run { client in
            try await client.make("m")
            let first = try await client.send(
                .post,
                Self.path,
                #"{"model":"m","input":"Hi","instructions":"Short."}"#
            ).json
            #expect(first["status"] == "completed" && first["object"] == "response")
            #expect(first["output"]?[0]?["content"]?[0]?["text"] == "Hello")
            #expect(first["usage"]?["total_tokens"] == 22)
            let id = try #require(first["id"]?.stringValue)
            let kept = try await client.send(.get, "\(Self.path)/\(id)")
            #expect(kept.json == first)
            let items = try await client.send(.get, "\(Self.path)/\(id)/input_items?limit=1").json
            #expect(items["data"]?[0]?["content"]?[0]?["text"] == "Hi")
            let second = try await client.send(
                .post,
                Self.path,
                #"{"model":"m","input":"More","previous_response_id":"\#(id)","store":false}"#
            ).json
            #expect(second["status"] == "completed")
            let request = try #require(stage.notes.withLock { $0.requests.last })
            guard case .conversation(let conversation) = request.prompt else {
                Issue.record("no conversation")
                return
            }
            #expect(conversation.messages.map(\.content) == ["Hi", "Hello", "More"])
            let other = second["id"]?.stringValue ?? ""
            #expect(try await client.send(.get, "\(Self.path)/\(other)").status == .notFound)
            let deleted = try await client.send(.delete, "\(Self.path)/\(id)").json
            #expect(deleted["deleted"] == true && deleted["id"] == .string(id))
            for method in [HTTPRequest.Method.get, .delete] {
                let gone = try await client.send(method, "\(Self.path)/\(id)")
                #expect(gone.status == .notFound && gone.json["error"] != nil)
            }
        }
    }

    /// The SDKs send null for what was not given, and expect their types in the answer.
    @Test func nullMembersAreAnsweredAsIfAbsent() async throws {
        try await Bench().run { client in
            try await client.make("m")
            let body =
                #"{"model":"m","input":"Hi","tools":null,"metadata":null,"tool_choice":null}"#
            let response = try await client.send(.post, Self.path, body).json
            #expect(response["tools"] == [] && response["metadata"] == [:])
            #expect(response["tool_choice"] == "auto")
            #expect(response["text"]?["format"]?["type"] == "text")
        }
    }

    @Test func streamsAreNamedEventsAndAreKeptToo() async throws {
        try await Bench().run { client in
            try await client.make("m")
            let response = try await client.send(
                .post,
                Self.path,
                #"{"model":"m","input":"Hi","stream":true}"#
            )
            let events = response.events
            #expect(events.allSatisfy { .string($0.name ?? "") == $0.data["type"] })
            #expect(events.first?.name == "response.created")
            #expect(events.last?.name == "response.completed")
            #expect(
                events.map { $0.data["sequence_number"]?.intValue } == events.indices.map { $0 }
            )
            #expect(!response.text.contains("[DONE]"))
            let whole = try #require(events.last?.data["response"])
            let id = whole["id"]?.stringValue ?? ""
            #expect(try await client.send(.get, "\(Self.path)/\(id)").json == whole)
        }
    }

    @Test func failuresOnTheWayAreEventsOfTheirOwn() async throws {
        let stage = Stage { _, emit in
            emit(.started(PromptUsage(tokens: 1, cachedTokens: 0)))
            emit(.content("Hel"))
            throw SchedulingError(.runnerStopped, "gone")
        }
        try await Bench(stage).run { client in
            try await client.make("m")
            let body = #"{"model":"m","input":"Hi","stream":true}"#
            let last = try await client.send(.post, Self.path, body).events.last
            #expect(last?.name == "response.failed")
            #expect(last?.data["response"]?["error"]?["message"] == "gone")
            let whole = try await client.send(.post, Self.path, #"{"model":"m","input":"Hi"}"#)
            #expect(whole.status == .internalServerError)
        }
    }

    @Test func inputIsCountedWithoutAnAnswer() async throws {
        let stage = Stage { request, emit in
            #expect(request.rendersOnly)
            emit(.rendered("Hi", tokens: 9))
        }
        try await Bench(stage).run { client in
            try await client.make("m")
            let count = try await client.send(
                .post,
                "/v1/responses/input_tokens",
                #"{"model":"m","input":"Hi"}"#
            )
            #expect(count.json == ["object": "response.input_tokens", "input_tokens": 9])
        }
    }

    @Test func theOldestResponsesMakeRoom() throws {
        let request = try OpenAIResponses.Request(["model": "m", "input": "Hi"])
        func stored(_ id: Int) throws -> OpenAIStoredResponse {
            try #require(OpenAIStoredResponse(["id": .string("resp_\(id)")], to: request))
        }
        let memory = ResponseMemory(maximumCount: 3)
        for id in 0..<3 { memory.save(try stored(id)) }
        // What is read counts as new.
        #expect(memory.response("resp_0") != nil)
        memory.save(try stored(3))
        #expect(memory.response("resp_1") == nil)
        for id in [0, 2, 3] { #expect(memory.response("resp_\(id)") != nil) }
        let tiny = ResponseMemory(maximumBytes: 1)
        tiny.save(try stored(0))
        tiny.save(try stored(1))
        #expect(tiny.response("resp_0") == nil && tiny.response("resp_1") != nil)
        #expect(tiny.deleteResponse("resp_1") && !tiny.deleteResponse("resp_1"))
    }

    @Test func longSilenceIsBrokenByComments() async throws {
        let queue = FrameQueue()
        try await queue.keepingAlive(every: .milliseconds(1)) {
            let frame = try await queue.next()
            #expect(frame == Array(": keep-alive\n\n".utf8))
        }
    }
}
