internal import ApusStore

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Which requests go through which proxy, by the variables that every tool reads.
///
/// `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, lower case first. Exceptions are names (with or
/// without a leading dot, subdomains included), addresses, networks (`10.0.0.0/8`), any of them with
/// a port, or `*`. This machine is never reached through a proxy. Rules: Go's `net/http`.
package struct ProxySettings: Sendable, Equatable {
    /// A proxy.
    struct Proxy: Sendable, Equatable {
        let host: String
        let port: Int
        /// `user:password`, if the URL has them.
        let credentials: String?
        let isSOCKS: Bool
    }

    private let secure: Proxy?
    private let plain: Proxy?
    private let exceptions: [String]

    /// No proxies.
    package static let none = ProxySettings(secure: nil, plain: nil, exceptions: [])

    private init(secure: Proxy?, plain: Proxy?, exceptions: [String]) {
        self.secure = secure
        self.plain = plain
        self.exceptions = exceptions
    }

    /// What the environment asks for.
    ///
    /// Throws: `invalidSetting`, for proxies that cannot be spoken to, too.
    package init(environment: [String: String]) throws(RegistryError) {
        func value(_ name: String) -> String {
            environment[name.lowercased()] ?? environment[name] ?? ""
        }
        secure = try Self.proxy(value("HTTPS_PROXY"), "HTTPS_PROXY")
        plain = try Self.proxy(value("HTTP_PROXY"), "HTTP_PROXY")
        exceptions = value("NO_PROXY").split { $0 == "," || $0.isWhitespace }
            .map { $0.lowercased() }
    }

    /// The proxy for a URL; nil for a direct connection.
    func proxy(for url: RegistryURL) -> Proxy? {
        guard let proxy = url.isSecure ? secure : plain else { return nil }
        if url.host == "localhost" || Self.isThisMachine(url.host) { return nil }
        return exceptions.contains { Self.matches($0, url) } ? nil : proxy
    }

    private static func isThisMachine(_ host: String) -> Bool {
        host == "::1" || (AddressKind(host) != nil && host.hasPrefix("127."))
    }

    private static func matches(_ exception: String, _ url: RegistryURL) -> Bool {
        if exception == "*" { return true }
        var name = exception[...]
        if let colon = name.lastIndex(of: ":"), let port = Int(name[name.index(after: colon)...]),
            name.filter({ $0 == ":" }).count == 1 || name.hasPrefix("[")
        {
            guard port == url.port else { return false }
            name = name[..<colon]
        }
        if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
        if name.contains("/") { return contains(name, url.host) }
        if name.hasPrefix("*.") { name = name.dropFirst() }
        if name.hasPrefix(".") { return url.host.hasSuffix(name) }
        return url.host == name || url.host.hasSuffix(".\(name)")
    }

    /// Whether `host` is an address in `network`, written as `address/bits`.
    private static func contains(_ network: Substring, _ host: String) -> Bool {
        let parts = network.split(separator: "/")
        guard parts.count == 2, let bits = Int(parts[1]), let base = bytes(String(parts[0])),
            let address = bytes(host), base.count == address.count, bits >= 0,
            bits <= base.count * 8
        else { return false }
        return (0..<bits).allSatisfy { bit in
            (base[bit / 8] ^ address[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
        }
    }

    private static func bytes(_ address: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, address, &four) == 1 {
            return withUnsafeBytes(of: &four) { Array($0) }
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, address, &six) == 1 else { return nil }
        return withUnsafeBytes(of: &six) { Array($0) }
    }

    private static func proxy(_ text: String, _ variable: String) throws(RegistryError) -> Proxy? {
        guard !text.isEmpty else { return nil }
        let invalid = RegistryError(
            .invalidSetting,
            "\(variable) must be http://[user:password@]host:port or socks5://host:port."
        )
        var rest = text[...]
        var scheme = "http"
        if let separator = text.firstRange(of: "://") {
            scheme = text[..<separator.lowerBound].lowercased()
            rest = text[separator.upperBound...]
        }
        guard ["http", "socks5", "socks5h"].contains(scheme) else { throw invalid }
        var credentials: String?
        if let at = rest.lastIndex(of: "@") {
            guard scheme == "http" else { throw invalid }
            credentials = unescaped(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        do {
            let url = try RegistryURL("http://\(rest)")
            let isBare = !rest.contains("]") && !rest.contains(":")
            return Proxy(
                host: url.host,
                port: isBare && scheme != "http" ? 1080 : url.port,
                credentials: credentials,
                isSOCKS: scheme != "http"
            )
        } catch {
            throw invalid
        }
    }

    private static func unescaped(_ text: Substring) -> String {
        var (bytes, rest) = ([UInt8](), text.utf8[...])
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), digits.utf8.count == 2,
                let value = UInt8(digits, radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
