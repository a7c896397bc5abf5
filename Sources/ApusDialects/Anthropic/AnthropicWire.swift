package import ApusConversation

/// Between bytes and JSON, as Anthropic's API words it.
package enum AnthropicWire {
    /// The JSON of a request's body.
    ///
    /// Throws: `missingBody`, `malformedBody`.
    package static func json(_ body: some Collection<UInt8>) throws(DialectError) -> JSONValue {
        guard !body.isEmpty else {
            throw DialectError(.missingBody, "The request body is empty; JSON was expected.")
        }
        do {
            return try JSONParser.parse(body, maximumValues: JSONParser.maximumRequestValues)
        } catch {
            throw DialectError(
                .malformedBody,
                "The request body is not valid JSON: \(error.message)"
            )
        }
    }
}
