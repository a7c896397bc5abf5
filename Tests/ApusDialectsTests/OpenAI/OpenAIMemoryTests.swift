import ApusConversation
import ApusDialects
import Testing

@Suite struct OpenAIMemoryTests {
    private static func conversation() throws -> OpenAIStoredConversation {
        let body: JSONObject = [
            "items": [["role": "user", "content": "a"], ["role": "assistant", "content": "b"]]
        ]
        return try OpenAIStoredConversation(body, id: "5", created: 1)
    }

    @Test func itemsAreTakenOutByTheirIdentifiers() throws {
        var conversation = try Self.conversation()
        let first = try #require(conversation.items[0]["id"]?.stringValue)
        #expect(try conversation.item(first)["content"]?[0]?["text"] == "a")
        try conversation.remove(item: first)
        #expect(conversation.items.count == 1)
        #expect(openAIRefusal { try conversation.item(first) }?.status == 404)
        var copy = conversation
        #expect(openAIRefusal { try copy.remove(item: first) }?.status == 404)
    }

    @Test func metadataIsReplacedOrTakenAway() throws {
        var conversation = try Self.conversation()
        try conversation.update(["metadata": ["a": "b"]])
        #expect(conversation.metadata == ["a": "b"])
        try conversation.update(["metadata": nil])
        #expect(conversation.metadata == [:])
        var copy = conversation
        #expect(openAIRefusal { try copy.update([:]) }?.param == "metadata")
        #expect(openAIRefusal { try copy.update(["metadata": 1]) }?.param == "metadata")
    }

    @Test func conversationsMayBeEmptyButAdditionsNot() throws {
        for body: JSONObject in [[:], ["items": nil, "metadata": nil], ["items": []]] {
            #expect(try OpenAIStoredConversation(body, id: "1", created: 1).items.isEmpty)
        }
        let error = openAIRefusal { try OpenAIStoredConversation.newItems([:], id: "1") }
        #expect(error?.param == "items")
    }

    @Test func referencesBecomeTheItemsThemselves() async throws {
        let store = OpenAIStore()
        let conversation = try Self.conversation()
        await store.save(conversation)
        let id = try #require(conversation.items[1]["id"])
        for reference: JSONValue in [["type": "item_reference", "id": id], ["id": id]] {
            let body: JSONObject = ["input": [reference, ["role": "user", "content": "c"]]]
            let resolved = try await store.resolvingReferences(in: body)
            #expect(resolved["input"]?[0] == conversation.items[1])
            #expect(resolved["input"]?[1]?["content"] == "c")
        }
        let unknown: JSONObject = ["input": [["role": "user", "content": "c"], ["id": "x"]]]
        let error = await #expect(throws: OpenAIError.self) {
            _ = try await store.resolvingReferences(in: unknown)
        }
        #expect(error?.param == "input[1].id")
        for body: JSONObject in [["input": "x"], [:], ["input": [1, "x", nil]]] {
            #expect(try await store.resolvingReferences(in: body) == body)
        }
    }

    @Test func emptyPagesHaveTheTypesThatClientsExpect() throws {
        let page = try OpenAIItems.page([], query: [:])
        #expect(page["first_id"] == "" && page["last_id"] == "" && page["has_more"] == false)
    }
}

/// A store in memory.
actor OpenAIStore: OpenAIResponseStore {
    private var responses: [String: OpenAIStoredResponse] = [:]
    private var conversations: [String: OpenAIStoredConversation] = [:]

    func response(_ id: String) -> OpenAIStoredResponse? { responses[id] }
    func save(_ response: OpenAIStoredResponse) { responses[response.id] = response }
    func deleteResponse(_ id: String) -> Bool { responses.removeValue(forKey: id) != nil }
    func conversation(_ id: String) -> OpenAIStoredConversation? { conversations[id] }
    func save(_ conversation: OpenAIStoredConversation) {
        conversations[conversation.id] = conversation
    }
    func append(_ items: [JSONValue], toConversation id: String) -> Bool {
        conversations[id]?.items += items
        return conversations[id] != nil
    }
    func update(
        conversation id: String,
        _ change: @Sendable (inout OpenAIStoredConversation) throws -> Void
    ) throws -> OpenAIStoredConversation? {
        guard var conversation = conversations[id] else { return nil }
        try change(&conversation)
        conversations[id] = conversation
        return conversation
    }
    func items(_ ids: Set<String>) -> [String: JSONValue] {
        let all = responses.values.flatMap(\.items) + conversations.values.flatMap(\.items)
        return Dictionary(
            all.compactMap { item in item["id"]?.stringValue.map { ($0, item) } },
            uniquingKeysWith: { $1 }
        ).filter { ids.contains($0.key) }
    }
    func deleteConversation(_ id: String) -> Bool { conversations.removeValue(forKey: id) != nil }
}
