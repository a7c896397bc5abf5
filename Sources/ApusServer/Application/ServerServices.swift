package import ApusDialects
package import ApusRegistry
package import ApusScheduling

/// What the routes work with; made by whoever starts the server, or by tests.
package struct ServerServices: Sendable {
    /// The models of the store.
    package let library: ModelLibrary
    /// The models that are loaded.
    package let scheduler: Scheduler
    /// Open connections; `stop` ends all work.
    package let connections: ConnectionRegistry
    /// Pulls and pushes models; nil where that is not wanted.
    package let registry: RegistryClient?
    /// The time of day.
    package let now: @Sendable () -> WireTime

    /// Services of one server.
    package init(
        library: ModelLibrary,
        scheduler: Scheduler,
        connections: ConnectionRegistry = ConnectionRegistry(),
        registry: RegistryClient? = nil,
        now: @escaping @Sendable () -> WireTime
    ) {
        self.library = library
        self.scheduler = scheduler
        self.connections = connections
        self.registry = registry
        self.now = now
    }
}
