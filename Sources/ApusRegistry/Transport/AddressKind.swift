#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Where an IP address lies, as far as it matters who may send us there.
enum AddressKind: Sendable, Hashable {
    /// Anywhere on the Internet.
    case open
    /// This machine or its network (RFC 1918, RFC 4193, RFC 6598, loopback).
    case closed
    /// Never a registry: link-local (where clouds serve credentials), multicast, unspecified.
    case forbidden

    /// The kind of an address in text form; nil when `text` is none.
    init?(_ text: String) {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(four: withUnsafeBytes(of: &four) { Array($0) })
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        self.init(six: withUnsafeBytes(of: &six) { Array($0) })
    }

    private init(four bytes: [UInt8]) {
        switch (bytes[0], bytes[1]) {
        case (0, _), (169, 254), (224..., _): self = .forbidden
        case (10, _), (127, _), (172, 16...31), (192, 168), (100, 64...127), (198, 18...19):
            self = .closed
        default: self = .open
        }
    }

    private init(six bytes: [UInt8]) {
        let isZeroBelow12 = bytes[..<10].allSatisfy { $0 == 0 }
        if isZeroBelow12, bytes[10] == 0xFF, bytes[11] == 0xFF {
            self.init(four: Array(bytes[12...]))  // IPv4 in IPv6.
        } else if isZeroBelow12, bytes[10] == 0, bytes[11] == 0 {
            // ::1 is this machine; :: and the old IPv4-compatible addresses are nothing.
            self = bytes[12...].elementsEqual([0, 0, 0, 1]) ? .closed : .forbidden
        } else if bytes[..<4].elementsEqual([0x00, 0x64, 0xFF, 0x9B]) {
            self.init(four: Array(bytes[12...]))  // NAT64, RFC 6052.
        } else if bytes[..<2].elementsEqual([0x20, 0x02]) {
            self.init(four: Array(bytes[2..<6]))  // 6to4.
        } else if bytes[0] == 0xFF || (bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80) {
            self = .forbidden
        } else {
            self = bytes[0] & 0xFE == 0xFC ? .closed : .open
        }
    }

    /// The addresses of a host, as text, in the order in which to try them.
    ///
    /// Blocks. Throws: `unreachable`.
    static func resolve(_ host: String) throws(RegistryError) -> [String] {
        if AddressKind(host) != nil { return [host] }
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        #if canImport(Darwin)
        hints.ai_socktype = SOCK_STREAM
        #else
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        let failure = getaddrinfo(host, nil, &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        var addresses: [String] = []
        var next = failure == 0 ? list : nil
        while let entry = next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let result = getnameinfo(
                entry.pointee.ai_addr,
                entry.pointee.ai_addrlen,
                &text,
                socklen_t(text.count),
                nil,
                0,
                NI_NUMERICHOST
            )
            let address = String(
                decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
                as: UTF8.self
            )
            if result == 0, AddressKind(address) != nil { addresses.append(address) }
            next = entry.pointee.ai_next
        }
        guard !addresses.isEmpty else {
            throw RegistryError(.unreachable, "The host \(host) cannot be found.")
        }
        return addresses
    }
}
