internal import ApusConversation

/// What every frame of one answer says alike.
package struct OpenAIEnvelope: Sendable, Equatable {
    /// The answer's identifier, without the prefix of its kind.
    package var id: String
    /// When the answer began, in seconds since 1970.
    package var created: Int64
    /// The model's name as the client wrote it.
    package var model: String
    /// What the numbers of the answer depend on: program, model and backend.
    package var fingerprint: String?

    /// An envelope.
    package init(id: String, created: Int64, model: String, fingerprint: String? = nil) {
        self.id = id
        self.created = created
        self.model = model
        self.fingerprint = fingerprint
    }

    /// A frame's first members.
    func head(prefix: String, object: String) -> JSONObject {
        [
            "id": .string(prefix + id), "object": .string(object), "created": .integer(created),
            "model": .string(model),
        ]
    }
}
