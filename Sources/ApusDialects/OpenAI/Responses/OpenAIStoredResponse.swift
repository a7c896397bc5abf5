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
