internal import NIOCore

/// By which names the server may be addressed.
///
/// A page of some other site can make its own name point to this machine ("DNS rebinding") and then
/// call as if it were from here, but it cannot change the `Host` that the browser sends. So only
/// names and addresses that cannot be anybody else's are served: loopback, private and this
/// machine's own addresses, `localhost`, the machine's name, `.localhost`, `.local`, `.internal`,
/// and what the operator adds. Source: Ollama's check, which looks at servers on loopback only; here
/// all are checked, and those beyond loopback also serve names without a dot.
struct HostPolicy: Sendable {
    /// Names that are served besides local ones, in lower case; `*` for all.
    let allowed: Set<String>
    /// Whether names without a dot are served: those of containers and of an office's machines,
    /// which nobody can register.
    let servesShortNames: Bool
    /// This machine's name, in lower case.
    let machineName: String
    /// This machine's addresses, asked for when an address is neither loopback nor private.
    let addresses: @Sendable () -> [SocketAddress]

    /// What a `Host` turns out to be.
    enum Verdict { case address, name, refused }

    /// Judges the value of a `Host` header; nil and empty are served.
    func verdict(on header: String?) -> Verdict {
        let host = Self.withoutPort(header ?? "").lowercased()
        if host.isEmpty || allowed.contains("*") || allowed.contains(host) { return .name }
        let bare = host.split(separator: "%", maxSplits: 1).first.map(String.init) ?? host
        if let address = try? SocketAddress(ipAddress: bare, port: 0) {
            return isOwn(address) ? .address : .refused
        }
        let isLocal =
            host == "localhost" || host == machineName
            || [".localhost", ".local", ".internal"].contains { host.hasSuffix($0) }
            || (servesShortNames && !host.contains("."))
        return isLocal ? .name : .refused
    }

    private func isOwn(_ address: SocketAddress) -> Bool {
        let bytes = Self.bytes(of: address)
        if Self.isLocal(bytes) { return true }
        return addresses().contains { Self.bytes(of: $0) == bytes }
    }

    /// Whether an address is loopback, private, link-local or unspecified.
    static func isLocal(_ bytes: [UInt8]) -> Bool {
        switch bytes.count {
        case 4:
            switch (bytes[0], bytes[1]) {
            case (127, _), (10, _), (192, 168), (172, 16...31), (169, 254): return true
            default: return bytes == [0, 0, 0, 0]
            }
        case 16:
            if bytes.prefix(10).allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF {
                return isLocal(Array(bytes.suffix(4)))
            }
            let isUnspecifiedOrLoopback = bytes.prefix(15).allSatisfy { $0 == 0 } && bytes[15] < 2
            let isUnique = bytes[0] & 0xFE == 0xFC
            let isLinkLocal = bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
            return isUnspecifiedOrLoopback || isUnique || isLinkLocal
        default:
            return false
        }
    }

    /// The four or sixteen bytes of an address.
    private static func bytes(of address: SocketAddress) -> [UInt8] {
        // Behind family and port in a sockaddr_in; behind the flow too in a sockaddr_in6.
        let range: Range<Int>
        switch address {
        case .v4: range = 4..<8
        case .v6: range = 8..<24
        default: return []
        }
        return address.withSockAddr { pointer, size in
            let all = UnsafeRawBufferPointer(start: pointer, count: size)
            return range.upperBound <= size ? Array(all[range]) : []
        }
    }

    private static func withoutPort(_ header: String) -> String {
        if header.first == "[", let close = header.firstIndex(of: "]") {
            return String(header[header.index(after: header.startIndex)..<close])
        }
        guard let colon = header.lastIndex(of: ":"), header.firstIndex(of: ":") == colon else {
            return header
        }
        return String(header[..<colon])
    }
}
