package import ApusConversation

/// A message that begins every conversation with a model (`MESSAGE` in a Modelfile).
///
/// Members beyond role and content (images, tool calls) are kept as they were written.
package struct StoredMessage: Sendable, Hashable {
    /// The message as Ollama's API spells it, `role` and `content` first.
    package let json: JSONObject

    /// Who speaks: `system`, `user` or `assistant`.
    package var role: String { json["role"]?.stringValue ?? "" }
    /// The text.
    package var content: String { json["content"]?.stringValue ?? "" }

    /// A message of text alone.
    package init(role: String, content: String) {
        json = ["role": .string(role), "content": .string(content)]
    }

    /// A message as the API spells it.
    ///
    /// Throws: `invalidRequest` when `role` or `content` is no text.
    package init(json: JSONObject) throws(StoreError) {
        let fields = try FieldReader(
            .object(json),
            path: "",
            code: .invalidRequest,
            subject: "message"
        )
        guard let role = try fields.text("role") else { throw fields.error("role", "is missing") }
        let content = json["content"] ?? .string("")
        guard content.isNull || content.stringValue != nil else {
            throw fields.error("content", "is no string")
        }
        var ordered: JSONObject = [
            "role": .string(role), "content": .string(content.stringValue ?? ""),
        ]
        for (key, value) in json where key != "role" && key != "content" { ordered[key] = value }
        self.json = ordered
    }
}
