package import ApusConversation

/// The `think` field: whether, or how hard, a model reasons before it answers.
package enum OllamaThink: Sendable, Hashable {
    case off
    case on
    /// `low`, `medium`, `high` or `max`.
    case level(String)

    /// The efforts that have a name.
    package static let levels: Set<String> = ["high", "medium", "low", "max"]

    /// What the text of a command-line flag means.
    ///
    /// Throws: `invalidValue` with Ollama's words.
    package init(text: String) throws(DialectError) {
        switch text {
        case "true": self = .on
        case "false": self = .off
        case _ where Self.levels.contains(text): self = .level(text)
        default:
            throw DialectError(
                .invalidValue,
                "invalid think value: \"\(text)\" "
                    + "(must be \"high\", \"medium\", \"low\", \"max\", true, or false)"
            )
        }
    }

    /// The same for a conversation.
    package var thinking: Thinking {
        switch self {
        case .off: .off
        case .on: .on
        case .level(let level): .effort(level)
        }
    }
}

extension OllamaThink: Codable {
    /// Reads `true`, `false` or a level.
    ///
    /// Throws: `DialectError` with Ollama's words.
    package init(from decoder: any Decoder) throws {
        switch try JSONValue(from: decoder) {
        case .bool(let value): self = value ? .on : .off
        case .string(let text) where Self.levels.contains(text): self = .level(text)
        case .string(let text):
            throw DialectError(
                .malformedBody,
                "invalid think value: \"\(text)\" "
                    + "(must be \"high\", \"medium\", \"low\", \"max\", true, or false)"
            )
        default:
            throw DialectError(
                .malformedBody,
                "think must be a boolean or string "
                    + "(\"high\", \"medium\", \"low\", \"max\", true, or false)"
            )
        }
    }

    /// Writes the boolean or the level.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .off: try container.encode(false)
        case .on: try container.encode(true)
        case .level(let level): try container.encode(level)
        }
    }
}
