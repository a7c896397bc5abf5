/// Which web pages may call the server.
///
/// Local pages on any port and the schemes of desktop programs always may. An entry may hold one
/// `*`, which stands for any text. Source: Ollama's list, gin-contrib/cors' matching.
package struct OriginPolicy: Sendable, Equatable {
    private static let schemes = [
        "http://", "https://", "app://", "file://", "tauri://", "vscode-webview://",
        "vscode-file://", "chrome-extension://", "safari-extension://", "moz-extension://",
        "ms-browser-extension://",
    ]

    private var entries: [String]

    /// Local pages and desktop programs only.
    package init() {
        entries = ["localhost", "127.0.0.1", "0.0.0.0"].flatMap { host in
            ["http://\(host)", "https://\(host)", "http://\(host):*", "https://\(host):*"]
        }
        entries += ["app://*", "file://*", "tauri://*", "vscode-webview://*", "vscode-file://*"]
    }

    /// Those and `origins`; `*` alone lets every page call.
    ///
    /// Throws: `invalidConfiguration` for an entry that can never match an origin.
    init(adding origins: [String]) throws(ServerError) {
        self.init()
        for origin in origins {
            guard origin.contains("*") || Self.schemes.contains(where: origin.hasPrefix) else {
                throw ServerError(
                    .invalidConfiguration,
                    "OLLAMA_ORIGINS: \"\(origin)\" is no origin; expected a scheme, such as "
                        + "http://\(origin), or a *."
                )
            }
            guard origin.count(where: { $0 == "*" }) < 2 else {
                throw ServerError(
                    .invalidConfiguration,
                    "OLLAMA_ORIGINS: \"\(origin)\" has more than one *."
                )
            }
        }
        entries = origins.map { $0.lowercased() } + entries
    }

    /// Whether a page of this origin may call.
    func allows(_ origin: String) -> Bool {
        let origin = origin.lowercased()
        return entries.contains { entry in
            guard let star = entry.firstIndex(of: "*") else { return entry == origin }
            let (prefix, suffix) = (entry[..<star], entry[entry.index(after: star)...])
            return origin.utf8.count >= prefix.utf8.count + suffix.utf8.count
                && origin.hasPrefix(prefix) && origin.hasSuffix(suffix)
        }
    }
}
