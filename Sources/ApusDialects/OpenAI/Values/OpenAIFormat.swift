internal import ApusConversation

/// The form that an answer must have.
///
/// ```
/// {"type": "text"}
/// {"type": "json_object"}                                    also with a "schema" of its own
/// {"type": "json_schema", "json_schema": {"name", "schema", "strict"}}       chat
/// {"type": "json_schema", "name", "schema", "strict"}                        responses
/// {"type": "grammar" | "regex" | "choice", …}                as Ollama's `format` here
/// ```
enum OpenAIFormat {
    private static let types = ["text", "json_object", "json_schema"]

    /// What `fields` ask for; `nested` when a schema stands in an object of its own.
    ///
    /// Throws: `OpenAIError` that names the field.
    static func read(
        _ fields: OpenAIFields?,
        nested: Bool
    ) throws(OpenAIError) -> OutputFormat? {
        guard let fields else { return nil }
        let type = try fields.require("type", fields.string("type"))
        switch type {
        case "text": return nil
        case "json_object":
            guard let schema = try fields.fields("schema") else { return .jsonObject }
            return .schema(.object(schema.object))
        case "json_schema":
            let format =
                nested ? try fields.require(type, fields.fields(type)) : fields
            _ = try format.require("name", format.string("name"))
            _ = try format.boolean("strict")
            guard let schema = try format.fields("schema") else { return .jsonObject }
            return .schema(.object(schema.object))
        case "grammar", "regex", "choice":
            do {
                return try OutputFormat(ollama: .object(fields.object))
            } catch {
                throw OpenAIError(error, param: fields.path(type))
            }
        default:
            throw .choice(fields.path("type"), type, of: types)
        }
    }
}
