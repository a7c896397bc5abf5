package import ApusConversation

/// `GET /v1/models` and `GET /v1/models/{model}`.
package enum OpenAIModels {
    /// One model.
    package struct Model: Sendable, Equatable {
        /// The model's name.
        package var id: String
        /// When it came into the store, in seconds since 1970.
        package var created: Int64
        /// The owner's part of its name: `library`.
        package var owner: String

        /// A model.
        package init(id: String, created: Int64, owner: String) {
            self.id = id
            self.created = created
            self.owner = owner
        }

        /// The body of the answer about it.
        package var json: JSONValue {
            [
                "id": .string(id), "object": "model", "created": .integer(created),
                "owned_by": .string(owner),
            ]
        }
    }

    /// The body of the list.
    package static func list(_ models: [Model]) -> JSONValue {
        ["object": "list", "data": .array(models.map(\.json))]
    }

    /// The body of the answer to a deletion.
    package static func deleted(_ id: String) -> JSONValue {
        ["id": .string(id), "object": "model", "deleted": true]
    }
}
