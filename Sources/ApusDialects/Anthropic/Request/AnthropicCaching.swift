internal import ApusConversation

/// How long a client wants its prompt cached.
///
/// The engine caches every prompt in any case; this only decides how `usage` counts the tokens
/// that were not found in the cache.
package enum AnthropicCaching: String, Sendable {
    case fiveMinutes = "5m"
    case oneHour = "1h"

    /// How deep a `cache_control` can lie: messages, blocks, documents and their content.
    private static let maximumDepth = 10

    /// The longest time that any `cache_control` in a request names; nil when there is none.
    init?(in request: JSONValue) {
        guard let found = Self.longest(in: request, depth: 0) else { return nil }
        self = found
    }

    private static func longest(in value: JSONValue, depth: Int) -> AnthropicCaching? {
        guard depth < maximumDepth else { return nil }
        var found: AnthropicCaching?
        switch value {
        case .array(let elements):
            for element in elements {
                guard let next = longest(in: element, depth: depth + 1) else { continue }
                if next == .oneHour { return next }
                found = next
            }
        case .object(let object):
            if let control = object["cache_control"]?.objectValue {
                if control["ttl"] == "1h" { return .oneHour }
                found = .fiveMinutes
            }
            for name in ["system", "messages", "content", "tools", "source"] {
                guard let member = object[name] else { continue }
                guard let next = longest(in: member, depth: depth + 1) else { continue }
                if next == .oneHour { return next }
                found = next
            }
        default: break
        }
        return found
    }
}
