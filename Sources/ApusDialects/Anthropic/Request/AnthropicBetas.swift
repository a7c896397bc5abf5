/// Names of features in an `anthropic-beta` header or in the `betas` of a body.
///
/// No name changes what is served: features that are there are there without it. Names of others
/// are listed with the members that have no effect. Source of the names: the type
/// `AnthropicBetaParam` of Anthropic's Python client 2.12.
package enum AnthropicBetas {
    /// Most names that are looked at.
    private static let limit = 64

    /// Features that need no switch here.
    private static let served: Set<String> = [
        "claude-code-20250219", "extended-cache-ttl-2025-04-11",
        "fine-grained-tool-streaming-2025-05-14", "interleaved-thinking-2025-05-14",
        "message-batches-2024-09-24", "mid-conversation-system-2026-04-07",
        "model-context-window-exceeded-2025-08-26", "output-128k-2025-02-19",
        "prompt-caching-2024-07-31", "structured-outputs-2025-11-13",
        "thinking-display-updates-2026-08-18", "token-counting-2024-11-01",
        "token-efficient-tools-2025-02-19",
    ]

    /// The names of a header that have no effect, as they are listed: `anthropic-beta.NAME`.
    package static func ignored(inHeader header: String) -> [String] {
        let names = header.split(separator: ",", maxSplits: limit).prefix(limit).map { name in
            String(name.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" })
        }
        return ignored(names)
    }

    /// The names of a list that have no effect.
    static func ignored(_ names: [String]) -> [String] {
        var list = AnthropicIgnored()
        for name in names.prefix(limit) where !name.isEmpty && !served.contains(name) {
            list.note("anthropic-beta.\(name)")
        }
        return list.names
    }
}
