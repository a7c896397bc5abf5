import ApusConversation
import ApusScheduling
import HTTPTypes
import HummingbirdTesting
import Synchronization
import Testing

@testable import ApusServer

@Suite(.timeLimit(.minutes(1))) struct OpenAIBackgroundTests {
    private static let path = "/v1/responses"

    private static func body(_ members: String = "") -> String {
        #"{"model":"m","input":"Hi","background":true\#(members)}"#
    }

    /// Asks for a response until it has ended.
    private static func end(of id: String, _ client: BenchClient) async throws -> JSONValue {
        while true {
            let response = try await client.send(.get, "\(path)/\(id)").json
            switch response["status"] {
            case "queued", "in_progress": try await Task.sleep(for: .milliseconds(2))
            default: return response
            }
        }
    }

    /// A stage that says "Hel" and then waits for ever.
    private static let stuck = Stage { _, emit in
        emit(.started(PromptUsage(tokens: 1, cachedTokens: 0)))
        emit(.content("Hel"))
        try await Task.sleep(for: .seconds(60))
    }

    @Test func theAnswerComesLater() async throws {
        try await Bench().run { client in
            try await client.make("m")
            let first = try await client.send(.post, Self.path, Self.body())
            #expect(first.status == .ok && first.json["background"] == true)
            let id = try #require(first.json["id"]?.stringValue)
            let whole = try await Self.end(of: id, client)
            #expect(whole["status"] == "completed" && whole["usage"]?["total_tokens"] == 22)
            #expect(whole["output"]?[0]?["content"]?[0]?["text"] == "Hello")
            let cancelled = try await client.send(.post, "\(Self.path)/\(id)/cancel")
            #expect(cancelled.json["status"] == "completed")
            let stream = try await client.send(.get, "\(Self.path)/\(id)?stream=true")
            #expect(stream.status == .badRequest && stream.json["error"]?["param"] == "stream")
        }
    }

    @Test func eventsCanBeReadAgain() async throws {
        try await Bench().run { client in
            try await client.make("m")
            let first = try await client.send(.post, Self.path, Self.body(#","stream":true"#))
            let events = first.events
            #expect(events.first?.name == "response.created")
            #expect(events.dropFirst().first?.name == "response.queued")
            #expect(events.last?.name == "response.completed")
            let id = events[0].data["response"]?["id"]?.stringValue ?? ""
            let again = try await client.send(.get, "\(Self.path)/\(id)?stream=true")
            #expect(again.text == first.text)
            let rest = try await client.send(
                .get,
                "\(Self.path)/\(id)?stream=true&starting_after=3"
            )
            #expect(rest.events.map(\.data) == events.dropFirst(4).map(\.data))
            for query in ["stream=x", "stream=true&starting_after=x", "starting_after=-1"] {
                let wrong = try await client.send(.get, "\(Self.path)/\(id)?\(query)")
                #expect(wrong.status == .badRequest && wrong.json["error"]?["param"] != nil)
            }
        }
    }

    @Test func itCanBeCancelled() async throws {
        let stage = Self.stuck
        try await Bench(stage).run { client in
            try await client.make("m")
            let first = try await client.send(.post, Self.path, Self.body())
            let id = try #require(first.json["id"]?.stringValue)
            while try await client.send(.get, "\(Self.path)/\(id)").json["output"] == [] {
                try await Task.sleep(for: .milliseconds(2))
            }
            for _ in 0..<2 {
                let ended = try await client.send(.post, "\(Self.path)/\(id)/cancel").json
                #expect(ended["status"] == "cancelled")
                #expect(ended["output"]?[0]?["content"]?[0]?["text"] == "Hel")
            }
            while stage.notes.withLock({ $0.cancelled }) == 0 {
                try await Task.sleep(for: .milliseconds(2))
            }
            #expect(try await Self.end(of: id, client)["status"] == "cancelled")
        }
    }

    @Test func itEndsWhenItIsDeleted() async throws {
        let stage = Self.stuck
        try await Bench(stage).run { client in
            try await client.make("m")
            let first = try await client.send(.post, Self.path, Self.body())
            let id = try #require(first.json["id"]?.stringValue)
            #expect(try await client.send(.delete, "\(Self.path)/\(id)").json["deleted"] == true)
            #expect(try await client.send(.get, "\(Self.path)/\(id)").status == .notFound)
            let cancelled = try await client.send(.post, "\(Self.path)/\(id)/cancel")
            #expect(cancelled.status == .notFound)
        }
    }

    @Test func onlyTheBackgroundCanBeCancelled() async throws {
        try await Bench().run { client in
            try await client.make("m")
            let first = try await client.send(.post, Self.path, #"{"model":"m","input":"Hi"}"#)
            let id = first.json["id"]?.stringValue ?? ""
            let refused = try await client.send(.post, "\(Self.path)/\(id)/cancel")
            #expect(refused.status == .badRequest)
        }
    }

    @Test func failuresAreKept() async throws {
        let stage = Stage { _, _ in throw SchedulingError(.runnerStopped, "gone") }
        try await Bench(stage).run { client in
            try await client.make("m")
            let first = try await client.send(.post, Self.path, Self.body())
            let ended = try await Self.end(of: first.json["id"]?.stringValue ?? "", client)
            #expect(ended["status"] == "failed" && ended["error"]?["message"] == "gone")
        }
    }

    @Test func theEventsOfTheLastOnesAreKept() async throws {
        try await Bench().run { client in
            try await client.make("m")
            var ids: [String] = []
            for _ in 0..<18 {
                let events = try await client.send(
                    .post,
                    Self.path,
                    Self.body(#","stream":true"#)
                ).events
                ids.append(events[0].data["response"]?["id"]?.stringValue ?? "")
            }
            let oldest = try await client.send(.get, "\(Self.path)/\(ids[0])?stream=true")
            #expect(oldest.status == .badRequest)
            let kept = try await client.send(.get, "\(Self.path)/\(ids[0])")
            #expect(kept.json["status"] == "completed")
            let newest = try await client.send(.get, "\(Self.path)/\(ids[17])?stream=true")
            #expect(newest.status == .ok)
        }
    }
}
