internal import ApusConversation

/// How long a model stays loaded after its last request.
///
/// In JSON a number of seconds, or a text in Go's spelling; negative means for ever.
package enum OllamaKeepAlive: Sendable, Hashable {
    /// Until something else needs the memory.
    case forever
    /// So many nanoseconds, never negative; 0 unloads at once.
    case nanoseconds(Int64)

    /// The time that a count of nanoseconds means; negative counts mean for ever.
    package init(nanoseconds: Int64) {
        self = nanoseconds < 0 ? .forever : .nanoseconds(nanoseconds)
    }

    /// So many seconds; what does not fit 64 bits of nanoseconds means for ever.
    package init(seconds: Double) {
        let nanoseconds = seconds * 1e9
        if nanoseconds < 0 || nanoseconds >= 9.2e18 || nanoseconds.isNaN {
            self = .forever
        } else {
            self = .nanoseconds(Int64(nanoseconds))
        }
    }

    /// The time that an environment variable or a flag spells: Go's spelling or whole seconds.
    ///
    /// Throws: `invalidValue`.
    package init(text: String) throws(DialectError) {
        if let seconds = Int64(text) {
            self.init(seconds: Double(seconds))
        } else {
            self.init(nanoseconds: try GoDuration.parse(text))
        }
    }

    /// Whether the model is to be unloaded as soon as it has nothing to do.
    package var isImmediate: Bool { self == .nanoseconds(0) }

    /// The same as a duration; nil for ever.
    package var duration: Duration? {
        switch self {
        case .forever: nil
        case .nanoseconds(let count): .nanoseconds(count)
        }
    }
}

extension OllamaKeepAlive: Codable {
    /// Reads seconds or Go's spelling.
    ///
    /// Throws: `DialectError` with Ollama's words.
    package init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        switch value {
        case .integer, .double:
            self.init(seconds: value.doubleValue ?? 0)
        case .string(let text):
            self.init(nanoseconds: try GoDuration.parse(text))
        case .null, .bool, .array, .object:
            throw DialectError(.malformedBody, "Unsupported type: '\(value.goTypeName)'")
        }
    }

    /// Writes Go's spelling, or -1 for ever.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .forever: try container.encode(-1)
        case .nanoseconds(let count): try container.encode(GoDuration.format(count))
        }
    }
}

extension JSONValue {
    /// What Go calls the type that its decoder makes of this value.
    fileprivate var goTypeName: String {
        switch self {
        case .null: "nil"
        case .bool: "bool"
        case .integer, .double: "float64"
        case .string: "string"
        case .array: "[]interface {}"
        case .object: "map[string]interface {}"
        }
    }
}
