package import ApusConversation

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
        items = OpenAIFields(body)["items"] == nil ? [] : try Self.newItems(body, id: id)
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
        let fields = OpenAIFields(body)
        let items = try fields.require("items", fields.array("items", maximum: 20))
        _ = try OpenAIItems.messages(items, param: "items")
        return OpenAIItems.normalised(items, id: id)
    }

    /// Takes over the metadata of `POST /v1/conversations/{id}`.
    ///
    /// Throws: `OpenAIError` whose `param` names the field that cannot be honoured.
    package mutating func update(_ body: JSONObject) throws(OpenAIError) {
        guard body["metadata"] != nil else { throw .missing("metadata") }
        metadata = try OpenAICommon.metadata(OpenAIFields(body)) ?? [:]
    }

    /// The item of an identifier.
    ///
    /// Throws: `OpenAIError` when there is none.
    package func item(_ id: String) throws(OpenAIError) -> JSONValue {
        guard let item = items.first(where: { $0["id"]?.stringValue == id }) else {
            throw .notStored("Item", id)
        }
        return item
    }

    /// Takes an item out.
    ///
    /// Throws: `OpenAIError` when there is none.
    package mutating func remove(item id: String) throws(OpenAIError) {
        _ = try item(id)
        items.removeAll { $0["id"]?.stringValue == id }
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
