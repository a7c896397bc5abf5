package import ApusConversation

extension OutputFormat {
    /// What the `format` of a request asks for; nil when it asks for nothing.
    ///
    /// ```
    /// "json"                                       a JSON object
    /// {"type": "grammar", "grammar": "root ::= …"} a text that a GBNF grammar matches
    /// {"type": "regex", "regex": "[0-9]+"}         a text that a regular expression matches
    /// {"type": "choice", "choices": ["a", "b"]}    one of these texts
    /// any other object                             a JSON Schema
    /// ```
    /// The last three rows' members may also be called `value`. Throws: `invalidFormat` with
    /// Ollama's words; `invalidValue` for a grammar, expression or choices that are not there.
    init?(ollama format: JSONValue?) throws(DialectError) {
        switch format {
        case nil, .null, .string(""): return nil
        case .string("json"): self = .jsonObject
        case .object(let object): self = try Self.object(object)
        case .some(let other):
            throw DialectError(
                .invalidFormat,
                "invalid format: \(other.jsonText()); expected \"json\" or a valid JSON Schema "
                    + "object"
            )
        }
    }

    private static func object(_ object: JSONObject) throws(DialectError) -> OutputFormat {
        switch object["type"] {
        case .string("grammar"): .grammar(try text("grammar", of: object))
        case .string("regex"): .regularExpression(try text("regex", of: object))
        case .string("choice"): .choice(try texts("choices", of: object))
        default: .schema(.object(object))
        }
    }

    private static func text(
        _ name: String,
        of object: JSONObject
    ) throws(DialectError) -> String {
        guard let text = (object[name] ?? object["value"])?.stringValue else {
            throw DialectError(.invalidValue, "format needs a \"\(name)\" that is a string")
        }
        return text
    }

    private static func texts(
        _ name: String,
        of object: JSONObject
    ) throws(DialectError) -> [String] {
        let elements = (object[name] ?? object["value"])?.arrayValue ?? []
        let texts = elements.compactMap(\.stringValue)
        guard !texts.isEmpty, texts.count == elements.count else {
            throw DialectError(.invalidValue, "format needs \"\(name)\", an array of strings")
        }
        return texts
    }
}
