package import ApusConversation

/// Where responses and conversations are kept.
package protocol OpenAIResponseStore: Sendable {
    /// The response of an identifier; nil when there is none.
    func response(_ id: String) async throws -> OpenAIStoredResponse?
    /// Keeps a response.
    func save(_ response: OpenAIStoredResponse) async throws
    /// Forgets a response, and says whether there was one.
    func deleteResponse(_ id: String) async throws -> Bool
    /// The conversation of an identifier; nil when there is none.
    func conversation(_ id: String) async throws -> OpenAIStoredConversation?
    /// Keeps a conversation.
    func save(_ conversation: OpenAIStoredConversation) async throws
    /// Adds items to the end of a conversation, and says whether there is one.
    func append(_ items: [JSONValue], toConversation id: String) async throws -> Bool
    /// Changes a conversation and gives it back as it then is; nil when there is none.
    func update(
        conversation id: String,
        _ change: @Sendable (inout OpenAIStoredConversation) throws -> Void
    ) async throws -> OpenAIStoredConversation?
    /// Forgets a conversation, and says whether there was one.
    func deleteConversation(_ id: String) async throws -> Bool
    /// Those of these items, by their identifiers, that any response or conversation has.
    func items(_ ids: Set<String>) async throws -> [String: JSONValue]
}

extension OpenAIResponseStore {
    /// The body of a request whose `input` has the items themselves in place of references to them:
    /// `{"type": "item_reference", "id": …}`, the type being optional.
    ///
    /// Throws: `OpenAIError` for an item that is not kept; what the store throws.
    package func resolvingReferences(in body: JSONObject) async throws -> JSONObject {
        guard var input = body["input"]?.arrayValue else { return body }
        let references = input.enumerated().compactMap { place, item in
            item.referredID.map { (place, $0) }
        }
        if references.isEmpty { return body }
        let items = try await items(Set(references.map(\.1)))
        for (place, id) in references {
            guard let item = items[id] else {
                throw OpenAIError(
                    .invalidRequest,
                    "Item with id '\(id.prefix(128))' not found.",
                    param: "input[\(place)].id"
                )
            }
            input[place] = item
        }
        var body = body
        body["input"] = .array(input)
        return body
    }

    /// The turns before those of a request: its conversation's, or those of the responses that it
    /// goes on from.
    ///
    /// Throws: `OpenAIError` when something of it is not kept; what the store throws.
    package func history(before request: OpenAIResponses.Request) async throws -> [Message] {
        if let id = request.conversationID {
            guard let conversation = try await conversation(id) else {
                throw OpenAIError.notStored("Conversation", id)
            }
            return try OpenAIItems.messages(conversation.items, param: "conversation")
        }
        var chain: [OpenAIStoredResponse] = []
        var seen: Set<String> = []
        var next = request.previousResponseID
        while let id = next {
            guard seen.insert(id).inserted, let stored = try await response(id) else {
                throw OpenAIError(
                    .invalidRequest,
                    "Previous response with id '\(id.prefix(128))' not found.",
                    param: "previous_response_id",
                    code: "previous_response_not_found"
                )
            }
            chain.append(stored)
            next = stored.previousID
        }
        return try OpenAIItems.messages(
            chain.reversed().flatMap(\.items),
            param: "previous_response_id"
        )
    }
}

extension JSONValue {
    /// The item that this refers to, if it is a reference.
    fileprivate var referredID: String? {
        guard case .object(let members) = self, let id = members["id"]?.stringValue else {
            return nil
        }
        switch members["type"] {
        case .string("item_reference"): return id
        case nil, .null: return members["role"] == nil ? id : nil
        default: return nil
        }
    }
}

extension OpenAIError {
    /// There is no `kind` (`Response`, `Conversation`) of this identifier.
    package static func notStored(_ kind: String, _ id: String) -> OpenAIError {
        OpenAIError(.notFound, "\(kind) with id '\(id.prefix(128))' not found.")
    }
}
