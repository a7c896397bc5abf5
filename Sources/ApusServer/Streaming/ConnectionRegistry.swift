internal import NIOCore
internal import Synchronization

/// Knows which connections are open, and tells those who care when the other side hangs up.
///
/// The framework notices a vanished client only at the next write, which for a long prompt is
/// minutes later. A handler in every connection's pipeline sees the end of the incoming bytes at
/// once; it takes nothing from the request's body, so connections stay usable for further requests,
/// pipelined ones included. A client that only closes its sending side counts as gone, as in Go's
/// server.
package final class ConnectionRegistry: Sendable {
    /// The identity of a connection.
    struct ID: Hashable, Sendable {
        private let object: ObjectIdentifier

        init(_ channel: any Channel) { object = ObjectIdentifier(channel) }
    }

    private struct Connection {
        var actions: [UInt64: @Sendable () -> Void] = [:]
        /// Whether the other side has said that it sends nothing more.
        var hasEnded = false
    }

    private struct State {
        var connections: [ID: Connection] = [:]
        var last: UInt64 = 0
        var isStopping = false
    }

    private let state = Mutex(State())

    /// A registry of no connections.
    package init() {}

    /// Calls `action` when the connection ends or the server stops, and at once if that is over.
    ///
    /// Connections that are not in the registry, such as those of tests without a socket, never end.
    func onEnd(of connection: ID, _ action: @escaping @Sendable () -> Void) -> UInt64 {
        let (token, isOver) = state.withLock { state in
            state.last += 1
            state.connections[connection]?.actions[state.last] = action
            let hasEnded = state.connections[connection]?.hasEnded ?? false
            return (state.last, state.isStopping || hasEnded)
        }
        if isOver { action() }
        return token
    }

    /// Forgets an action.
    func forget(_ token: UInt64, of connection: ID) {
        state.withLock { state in
            _ = state.connections[connection]?.actions.removeValue(forKey: token)
        }
    }

    /// Ends the work of every connection, now and from now on.
    package func stop() {
        let actions = state.withLock { state in
            state.isStopping = true
            return state.connections.values.flatMap(\.actions.values)
        }
        for action in actions { action() }
    }

    /// Open connections.
    package var openCount: Int { state.withLock { $0.connections.count } }

    /// A handler for the pipeline of one connection.
    func makeHandler() -> any RemovableChannelHandler { Handler(registry: self) }

    private func add(_ connection: ID) {
        state.withLock { $0.connections[connection] = Connection() }
    }

    private func end(_ connection: ID, isClosed: Bool) {
        let actions = state.withLock { state in
            let actions = state.connections[connection]?.actions ?? [:]
            state.connections[connection] = isClosed ? nil : Connection(hasEnded: true)
            return actions
        }
        for action in actions.values { action() }
    }

    private final class Handler: ChannelInboundHandler, RemovableChannelHandler {
        typealias InboundIn = Any

        private let registry: ConnectionRegistry

        init(registry: ConnectionRegistry) { self.registry = registry }

        func handlerAdded(context: ChannelHandlerContext) { registry.add(ID(context.channel)) }

        func channelInactive(context: ChannelHandlerContext) {
            registry.end(ID(context.channel), isClosed: true)
            context.fireChannelInactive()
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .inputClosed? = event as? ChannelEvent {
                registry.end(ID(context.channel), isClosed: false)
            }
            context.fireUserInboundEventTriggered(event)
        }
    }
}
