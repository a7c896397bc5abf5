package import Hummingbird
internal import NIOCore

/// What is known of a request besides its head and body.
package struct ServerContext: RequestContext {
    /// What the framework keeps.
    package var coreContext: CoreRequestContextStorage
    /// The connection the request came on.
    let connection: ConnectionRegistry.ID
    /// When the request came.
    let arrival = ContinuousClock.now

    /// The context of a request that has just come.
    package init(source: Source) {
        coreContext = .init(source: source)
        connection = ConnectionRegistry.ID(source.channel)
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
