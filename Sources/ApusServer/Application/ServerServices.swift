package import ApusDialects
package import ApusRegistry
package import ApusScheduling
internal import ApusStore

/// What the routes work with; made by whoever starts the server, or by tests.
package struct ServerServices: Sendable {
    /// The models of the store.
    package let library: ModelLibrary
    /// The models that are loaded.
    package let scheduler: Scheduler
    /// Batches of messages, beside the models.
    package let batches: MessageBatches
    /// Signs what clients of Anthropic's API send back.
    package let seal: AnthropicSeal
    /// Open connections; `stop` ends all work.
    package let connections: ConnectionRegistry
    /// Pulls and pushes models; nil where that is not wanted.
    package let registry: RegistryClient?
    /// Makes weights; nil where that is not wanted.
    package let converter: ConverterLauncher?
    /// The time of day.
    package let now: @Sendable () -> WireTime

    /// Services of one server.
    package init(
        library: ModelLibrary,
        scheduler: Scheduler,
        connections: ConnectionRegistry = ConnectionRegistry(),
        registry: RegistryClient? = nil,
        converter: ConverterLauncher? = nil,
        now: @escaping @Sendable () -> WireTime
    ) {
        self.library = library
        self.scheduler = scheduler
        self.connections = connections
        self.registry = registry
        self.converter = converter
        batches = MessageBatches(path: library.store.paths.batches, now: now)
        seal = .make(for: library.store)
        self.now = now
    }
}
