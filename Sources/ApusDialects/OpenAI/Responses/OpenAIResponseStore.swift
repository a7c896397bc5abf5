package import ApusConversation

/// A response that can be gone on from, retrieved and deleted.
package struct OpenAIStoredResponse: Sendable, Equatable, Codable {
    /// Its identifier, prefix included.
    package var id: String
    /// The response as it was answered.
    package var response: JSONValue
    /// Its own input items, normalised, without those of the responses before it.
    package var input: [JSONValue]
    /// The response it went on from.
    package var previousID: String?

    /// A response to `request`, which had ended; nil when it has no identifier.
    package init?(_ response: JSONValue, to request: OpenAIResponses.Request) {
        guard let id = response["id"]?.stringValue else { return nil }
        self.id = id
        self.response = response
        input = OpenAIItems.normalised(request.input, id: String(id.drop { $0 != "_" }.dropFirst()))
        previousID = request.previousResponseID
    }

    /// What came in and what was answered.
    package var items: [JSONValue] { input + (response["output"]?.arrayValue ?? []) }

    /// The body of the answer to its deletion.
    package static func deleted(_ id: String) -> JSONValue {
        ["id": .string(id), "object": "response", "deleted": true]
    }
}

/// A conversation that responses belong to.
package struct OpenAIStoredConversation: Sendable, Equatable, Codable {
    /// Its identifier, prefix included: `conv_…`.
    package var id: String
    /// When it was made, in seconds since 1970.
    package var created: Int64
    /// What the client notes about it.
    package var metadata: JSONObject
    /// Everything said in it, oldest first.
    package var items: [JSONValue]

    /// A conversation as `POST /v1/conversations` makes it.
    ///
    /// Throws: `OpenAIError` whose `param` names the field that cannot be honoured.
    package init(_ body: JSONObject, id: String, created: Int64) throws(OpenAIError) {
        self.id = "conv_" + id
        self.created = created
        metadata = try OpenAICommon.metadata(OpenAIFields(body)) ?? [:]
        items = body["items"] == nil ? [] : try Self.newItems(body, id: id)
    }

    /// Items to add, as `POST /v1/conversations/{id}/items` brings them.
    ///
    /// - `id`: makes the identifiers of items that have none; another one for every call.
    ///
    /// Throws: `OpenAIError` whose `param` names the field that cannot be honoured.
    package static func newItems(
        _ body: JSONObject,
        id: String
    ) throws(OpenAIError) -> [JSONValue] {
        let items = try OpenAIFields(body).array("items", maximum: 20) ?? []
        _ = try OpenAIItems.messages(items, param: "items")
        return OpenAIItems.normalised(items, id: id)
    }

    /// Takes over the metadata of `POST /v1/conversations/{id}`.
    ///
    /// Throws: `OpenAIError` whose `param` names the field that cannot be honoured.
    package mutating func update(_ body: JSONObject) throws(OpenAIError) {
        let fields = OpenAIFields(body)
        metadata = try fields.require("metadata", OpenAICommon.metadata(fields))
    }

    /// The body of the answer about it.
    package var json: JSONValue {
        [
            "id": .string(id), "object": "conversation", "created_at": .integer(created),
            "metadata": .object(metadata),
        ]
    }

    /// The body of the answer to its deletion.
    package static func deleted(_ id: String) -> JSONValue {
        ["id": .string(id), "object": "conversation.deleted", "deleted": true]
    }
}

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
    /// Forgets a conversation, and says whether there was one.
    func deleteConversation(_ id: String) async throws -> Bool
}

extension OpenAIResponseStore {
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

extension OpenAIError {
    /// There is no `kind` (`Response`, `Conversation`) of this identifier.
    package static func notStored(_ kind: String, _ id: String) -> OpenAIError {
        OpenAIError(.notFound, "\(kind) with id '\(id.prefix(128))' not found.")
    }
}
