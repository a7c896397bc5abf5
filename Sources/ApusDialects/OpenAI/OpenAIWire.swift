package import ApusConversation

/// Between bytes and the values of OpenAI's API.
package enum OpenAIWire {
    /// The object that the body of a request is.
    ///
    /// Throws: `invalidRequest` when it is none.
    package static func body(
        _ bytes: some Collection<UInt8>
    ) throws(OpenAIError) -> JSONObject {
        let value: JSONValue
        do {
            value = try JSONParser.parse(bytes, maximumValues: JSONParser.maximumRequestValues)
        } catch {
            throw OpenAIError(
                .invalidRequest,
                "We could not parse the JSON body of your request. \(error.message)"
            )
        }
        guard case .object(let object) = value else {
            throw OpenAIError(
                .invalidRequest,
                "Invalid body: expected an object, but got \(value.wireKind) instead."
            )
        }
        return object
    }

    /// The compact JSON of an answer.
    package static func bytes(_ value: JSONValue) -> [UInt8] { JSONSerializer().bytes(value) }

    /// An event of a stream: a `data:` line and an empty one.
    package static func event(_ value: JSONValue) -> [UInt8] {
        var bytes = Array("data: ".utf8)
        JSONSerializer().append(value, to: &bytes)
        bytes += "\n\n".utf8
        return bytes
    }

    /// An event of a stream with its name, which is the `type` of the value.
    package static func namedEvent(_ value: JSONValue) -> [UInt8] {
        Array("event: \(value["type"]?.stringValue ?? "error")\n".utf8) + event(value)
    }

    /// A comment, which clients skip, for while nothing else can be said.
    package static let keepAlive = Array(": keep-alive\n\n".utf8)

    /// What ends a stream of chat or text chunks.
    package static let done = Array("data: [DONE]\n\n".utf8)
}
