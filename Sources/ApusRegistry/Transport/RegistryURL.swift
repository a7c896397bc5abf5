internal import ApusStore

/// An `http` or `https` URL that came from outside, taken apart strictly.
///
/// One reading for checks and for connecting: whatever two parsers could understand differently
/// (user names, backslashes, control characters, odd hosts) is refused, and characters that need it
/// are escaped. Grammar: RFC 3986.
struct RegistryURL: Sendable, Hashable {
    /// Whether the connection is TLS.
    let isSecure: Bool
    /// Lower case, without brackets.
    let host: String
    let port: Int
    /// Path and query; begins with a slash.
    let target: String

    /// The root of the registry that a name belongs to.
    init(registryOf name: ModelName, isSecure: Bool) throws(RegistryError) {
        try self.init("\(isSecure ? "https" : "http")://\(name.host)/")
    }

    /// Reads an absolute URL.
    ///
    /// Throws: `protocolViolation`, naming the part.
    init(_ text: String) throws(RegistryError) {
        guard let separator = text.firstRange(of: "://") else { throw Self.invalid(text) }
        switch text[..<separator.lowerBound].lowercased() {
        case "https": isSecure = true
        case "http": isSecure = false
        default: throw Self.invalid(text)
        }
        let rest = text[separator.upperBound...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        guard let (host, port) = Self.authority(rest[..<end]) else { throw Self.invalid(text) }
        self.host = host
        self.port = port ?? (isSecure ? 443 : 80)
        let tail = rest[end...]
        guard let target = Self.escaped(tail.prefix { $0 != "#" }) else { throw Self.invalid(text) }
        self.target = target.hasPrefix("/") ? target : "/" + target
    }

    private init(_ base: RegistryURL, target: String) {
        isSecure = base.isSecure
        host = base.host
        port = base.port
        self.target = target
    }

    /// What a reference found at this URL means: `Location` may be relative.
    func resolving(_ reference: String) throws(RegistryError) -> RegistryURL {
        if reference.hasPrefix("//") {
            return try RegistryURL("\(isSecure ? "https" : "http"):\(reference)")
        }
        let head = reference.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if head.contains(":") { return try RegistryURL(reference) }
        guard let escaped = Self.escaped(reference.prefix { $0 != "#" }) else {
            throw Self.invalid(reference)
        }
        let path = target.prefix { $0 != "?" }
        if escaped.hasPrefix("/") { return RegistryURL(self, target: escaped) }
        if escaped.hasPrefix("?") || escaped.isEmpty {
            return RegistryURL(self, target: path + escaped)
        }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return RegistryURL(self, target: folder + escaped)
    }

    /// The URL with another path and query, which need no escaping.
    func at(_ target: String) -> RegistryURL { RegistryURL(self, target: target) }

    /// The URL with one more member of its query, which needs no escaping.
    func adding(query: String) -> RegistryURL {
        RegistryURL(self, target: target + (target.contains("?") ? "&" : "?") + query)
    }

    /// The URL as text.
    var text: String { "\(isSecure ? "https" : "http")://\(authority)\(target)" }

    /// Scheme, host and port: what credentials belong to.
    var origin: String { "\(isSecure ? "https" : "http")://\(bracketedHost):\(port)" }

    /// Host and port as in a URL, the port left out where it is the usual one.
    var authority: String {
        port == (isSecure ? 443 : 80) ? bracketedHost : "\(bracketedHost):\(port)"
    }

    private var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }

    private static func authority(_ text: Substring) -> (host: String, port: Int?)? {
        var (host, port) = (text, Substring())
        let isBracketed = text.hasPrefix("[")
        if isBracketed {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<end]
            port = text[text.index(after: end)...]
            guard !host.isEmpty, host.utf8.allSatisfy({ $0 == 58 || isHexadecimal($0) || $0 == 46 })
            else { return nil }
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            port = text[colon...]
        }
        let isName = host.utf8.allSatisfy { isAlphanumeric($0) || [45, 46, 95].contains($0) }
        guard !host.isEmpty, host.utf8.count <= 350, isBracketed || isName else { return nil }
        if port.isEmpty { return (host.lowercased(), nil) }
        guard port.hasPrefix(":"), let number = UInt16(port.dropFirst()), number > 0,
            port.dropFirst().utf8.allSatisfy({ $0 >= 48 && $0 <= 57 })
        else { return nil }
        return (host.lowercased(), Int(number))
    }

    /// Path and query with what may not stand in them escaped; nil for control characters and
    /// backslashes.
    private static func escaped(_ text: Substring) -> String? {
        let allowed = Set("-._~!$&'()*+,;=:@/?%".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            if isAlphanumeric(byte) || allowed.contains(byte) {
                result.append(byte)
            } else if byte < 32 || byte == 127 || byte == UInt8(ascii: "\\") {
                return nil
            } else {
                let digits = Array("0123456789ABCDEF".utf8)
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
    }

    private static func invalid(_ text: String) -> RegistryError {
        // What follows a question mark may be a secret.
        let shown = text.prefix { $0 != "?" }
        return RegistryError(
            .protocolViolation,
            "\(StoreError.quoted(String(shown))) is no URL that can be followed."
        )
    }
}
