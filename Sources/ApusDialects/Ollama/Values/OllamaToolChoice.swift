package import ApusConversation

/// `tool_choice` of a chat request; not in Ollama's API, and written as in OpenAI's.
package struct OllamaToolChoice: Sendable, Equatable, Codable {
    /// The choice.
    package var choice: ToolChoice

    /// A choice.
    package init(_ choice: ToolChoice) { self.choice = choice }

    /// Reads `"none"`, `"auto"`, `"required"` or `{"type": "function", "function": {"name": …}}`.
    package init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        switch value {
        case .string("none"): choice = .none
        case .string("auto"): choice = .automatic
        case .string("required"): choice = .required
        default:
            guard let name = value["function"]?["name"]?.stringValue else {
                throw DialectError(
                    .invalidValue,
                    "invalid tool_choice: \(value.jsonText()); expected \"none\", \"auto\", "
                        + "\"required\" or {\"type\": \"function\", \"function\": {\"name\": ...}}"
                )
            }
            choice = .named(name)
        }
    }

    /// Writes the same.
    package func encode(to encoder: any Encoder) throws {
        let value: JSONValue =
            switch choice {
            case .none: "none"
            case .automatic: "auto"
            case .required: "required"
            case .named(let name): ["type": "function", "function": ["name": .string(name)]]
            }
        try value.encode(to: encoder)
    }
}
