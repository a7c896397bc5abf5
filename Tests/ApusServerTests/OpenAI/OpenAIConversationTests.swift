import ApusConversation
import HTTPTypes
import HummingbirdTesting
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct OpenAIConversationTests {
    private static let path = "/v1/conversations"

    @Test func conversationsAreMadeChangedAndForgotten() async throws {
        try await Bench().run { client in
            let made = try await client.send(.post, Self.path, #"{"metadata":{"a":"b"}}"#).json
            let id = try #require(made["id"]?.stringValue)
            #expect(id.hasPrefix("conv_") && made["object"] == "conversation")
            #expect(try await client.send(.get, "\(Self.path)/\(id)").json == made)
            let body = #"{"metadata":{"c":"d"}}"#
            let changed = try await client.send(.post, "\(Self.path)/\(id)", body).json
            #expect(changed["metadata"] == ["c": "d"])
            let deleted = try await client.send(.delete, "\(Self.path)/\(id)").json
            #expect(deleted["object"] == "conversation.deleted" && deleted["deleted"] == true)
            for (method, path) in [(.get, ""), (.delete, ""), (.get, "/items")]
                as [(HTTPRequest.Method, String)]
            {
                let gone = try await client.send(method, "\(Self.path)/\(id)\(path)")
                #expect(gone.status == .notFound && gone.json["error"] != nil)
            }
            // The SDK sends no body when there is nothing to say.
            let empty = try await client.send(.post, Self.path)
            #expect(empty.json["metadata"] == [:])
        }
    }

    @Test func itemsAreAddedListedAndTakenOut() async throws {
        try await Bench().run { client in
            let made = try await client.send(.post, Self.path, "{}").json
            let items = "\(Self.path)/\(made["id"]?.stringValue ?? "")/items"
            let body = #"{"items":[{"role":"user","content":"a"},{"role":"user","content":"b"}]}"#
            let added = try await client.send(.post, items, body).json
            #expect(added["data"]?.arrayValue?.count == 2 && added["object"] == "list")
            let first = try #require(added["first_id"]?.stringValue)
            let page = try await client.send(.get, "\(items)?order=asc&limit=1&after=\(first)").json
            #expect(page["data"]?[0]?["content"]?[0]?["text"] == "b" && page["has_more"] == false)
            let one = try await client.send(.get, "\(items)/\(first)?include[]=x")
            #expect(one.status == .badRequest && one.json["error"]?["param"] == "include[0]")
            #expect(try await client.send(.get, "\(items)/\(first)").json["id"] == .string(first))
            let left = try await client.send(.delete, "\(items)/\(first)").json
            #expect(left["id"] == made["id"])
            #expect(try await client.send(.get, "\(items)/\(first)").status == .notFound)
            let wrong = try await client.send(.post, items, #"{"items":[{"type":"x"}]}"#)
            #expect(wrong.json["error"]?["param"] == "items[0].type")
            let method = try await client.send(.put, items)
            #expect(method.status == .methodNotAllowed && method.headers[.allow] == "GET, POST")
        }
    }

    @Test(arguments: ["", #","stream":true"#])
    func responsesBelongToThem(_ stream: String) async throws {
        let stage = Stage()
        try await Bench(stage).run { client in
            try await client.make("m")
            let body = #"{"items":[{"role":"user","content":"a"}]}"#
            let made = try await client.send(.post, Self.path, body).json
            let id = try #require(made["id"]?.stringValue)
            for text in ["b", "c"] {
                _ = try await client.send(
                    .post,
                    "/v1/responses",
                    #"{"model":"m","input":"\#(text)","conversation":"\#(id)"\#(stream)}"#
                )
            }
            let request = try #require(stage.notes.withLock { $0.requests.last })
            guard case .conversation(let conversation) = request.prompt else {
                Issue.record("no conversation")
                return
            }
            #expect(conversation.messages.map(\.content) == ["a", "b", "Hello", "c"])
            let items = try await client.send(.get, "\(Self.path)/\(id)/items?order=asc").json
            #expect(items["data"]?.arrayValue?.count == 5)
        }
    }
}
