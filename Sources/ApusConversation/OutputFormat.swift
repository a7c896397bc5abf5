/// What a model's answer must look like; enforced token by token.
package enum OutputFormat: Sendable, Equatable, Codable {
    /// A JSON object.
    case jsonObject
    /// JSON that is valid under a schema (JSON Schema, draft 2020-12).
    case schema(JSONValue)
    /// A text that a grammar in GBNF matches.
    case grammar(String)
    /// A text that a regular expression matches as a whole.
    case regularExpression(String)
    /// One of these texts.
    case choice([String])
}
