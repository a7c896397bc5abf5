package import Hummingbird
internal import NIOCore

/// What is known of a request besides its head and body.
package struct ServerContext: RequestContext {
    /// What the framework keeps.
    package var coreContext: CoreRequestContextStorage
    /// The connection the request came on.
    let connection: ConnectionRegistry.ID
    /// Whether the other end of the connection is on this machine.
    let isLocal: Bool
    /// When the request came.
    let arrival = ContinuousClock.now

    /// The context of a request that has just come.
    package init(source: Source) {
        coreContext = .init(source: source)
        connection = ConnectionRegistry.ID(source.channel)
        isLocal = Self.isLocal(source.channel.remoteAddress, to: source.channel.localAddress)
    }

    /// Whether a peer is on this machine: at a loopback address, or at the very address that it
    /// connected to.
    static func isLocal(_ peer: SocketAddress?, to own: SocketAddress?) -> Bool {
        switch peer {
        case .unixDomainSocket: return true
        case .v4, .v6: break
        case nil: return false
        }
        guard let address = peer?.ipAddress else { return false }
        let plain = address.hasPrefix("::ffff:") ? String(address.dropFirst(7)) : address
        return plain.hasPrefix("127.") || address == "::1" || address == own?.ipAddress
    }

    /// Nanoseconds since the request came.
    var elapsedNanoseconds: Int64 { arrival.elapsedNanoseconds }
}

extension ContinuousClock.Instant {
    /// Nanoseconds since then.
    var elapsedNanoseconds: Int64 { (ContinuousClock.now - self).nanoseconds }
}

extension Duration {
    /// Whole nanoseconds, as many as fit 64 bits.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflowed) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, exceeds) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        guard overflowed || exceeds else { return sum }
        return seconds < 0 ? .min : .max
    }
}
