/// Where a server listens, and where a client finds it: the value of `OLLAMA_HOST`.
///
/// | text                    | scheme | host      | port  | path    |
/// |-------------------------|--------|-----------|-------|---------|
/// | (empty)                 | http   | 127.0.0.1 | 11434 |         |
/// | `example`, `1.2.3.4`    | http   | as given  | 11434 |         |
/// | `:8080`                 | http   | 127.0.0.1 | 8080  |         |
/// | `http://example`        | http   | example   | 80    |         |
/// | `https://example/path`  | https  | example   | 443   | `/path` |
/// | `[::1]`, `[::1]:8080`   | http   | ::1       | 11434, 8080 |   |
///
/// A port that is none falls back to the one the scheme has. Source: Ollama's `envconfig`.
package struct HostAddress: Sendable, Hashable {
    /// The port of Ollama and of this program.
    package static let defaultPort = 11434

    /// `http` or `https`.
    package var scheme: String
    /// A name or an address, without brackets.
    package var host: String
    /// The port, 0 to 65535; 0 lets the system choose when listening.
    package var port: Int
    /// What stands before every route, beginning with `/`; empty for nothing.
    package var path: String
    /// What was wrong with the text, when a part of it fell back to its default.
    package var warning: String?

    /// The address that a text spells; every text spells one.
    package init(_ text: String) {
        var rest = Self.trimmed(text)[...]
        path = ""
        scheme = "http"
        var fallback = Self.defaultPort
        if let separator = rest.firstRange(of: "://") {
            scheme = rest[..<separator.lowerBound].lowercased()
            rest = rest[separator.upperBound...]
            fallback = scheme == "https" ? 443 : 80
        } else if rest == "ollama.com" {
            scheme = "https"
            fallback = 443
        }
        if let slash = rest.firstIndex(of: "/") {
            path = String(rest[slash...])
            while path.last == "/" { path.removeLast() }
            rest = rest[..<slash]
        }
        let (host, portText) = Self.split(rest)
        self.host = host.isEmpty ? "127.0.0.1" : String(host)
        port = fallback
        guard let portText, !portText.isEmpty else { return }
        if let number = Int(portText), (0...65_535).contains(number) {
            port = number
        } else {
            warning = "invalid port \"\(portText)\", using \(fallback)"
        }
    }

    /// The host as it stands in a URL or before a port.
    package var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }

    /// Where a client connects: listening on all addresses becomes the loopback one.
    package var connectURL: String {
        let target =
            switch host {
            case "0.0.0.0": "127.0.0.1"
            case "::": "[::1]"
            default: bracketedHost
            }
        return "\(scheme)://\(target):\(port)\(path)"
    }

    /// Host and port apart; only a colon after the brackets, or a single one, begins a port.
    private static func split(_ text: Substring) -> (host: Substring, port: Substring?) {
        if text.first == "[", let close = text.firstIndex(of: "]") {
            let rest = text[text.index(after: close)...]
            let host = text[text.index(after: text.startIndex)..<close]
            return (host, rest.first == ":" ? rest.dropFirst() : nil)
        }
        guard let colon = text.firstIndex(of: ":") else { return (text, nil) }
        let rest = text[text.index(after: colon)...]
        if rest.contains(":") { return (text, nil) }
        return (text[..<colon], rest)
    }

    private static func trimmed(_ text: String) -> String {
        var rest = text[...]
        while let first = rest.first, first.isWhitespace || first == "\"" || first == "'" {
            rest.removeFirst()
        }
        while let last = rest.last, last.isWhitespace || last == "\"" || last == "'" {
            rest.removeLast()
        }
        return String(rest)
    }
}
