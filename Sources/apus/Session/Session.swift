internal import ApusClient
internal import ApusDialects
internal import ApusServer

/// A server to talk to: the one that runs, or one inside this process for as long as it is needed.
struct Session: Sendable {
    /// Speaks with the server.
    let client: ApusClient
    /// What the environment asks for.
    let configuration: ServerConfiguration

    /// Runs `body` with a server.
    ///
    /// When no server answers at the configured address and it is one of this machine, a server
    /// inside this process works on the same store; nothing needs to be started before.
    /// Throws: `ClientError` `unreachable` when the address is another machine's.
    static func with(_ body: @Sendable (Session) async throws -> Void) async throws {
        ExitSignals.install()
        let configuration = try ServerConfiguration(environment: CommandEnvironment.variables)
        guard try await answers(configuration.address) else {
            try await host(body)
            return
        }
        try await ApusClient.with(configuration.address) { client in
            try await body(Session(client: client, configuration: configuration))
        }
    }

    /// Whether a server answers at `address`; none need, where one can be started.
    private static func answers(_ address: HostAddress) async throws -> Bool {
        do {
            try await ApusClient.with(address) { try await $0.heartbeat() }
            return true
        } catch let error as ClientError where error.code == .unreachable && isLocal(address) {
            return false
        }
    }

    /// Runs `body` with a server inside this process.
    private static func host(_ body: @Sendable (Session) async throws -> Void) async throws {
        let composition = try Composition(
            environment: CommandEnvironment.variables,
            home: CommandEnvironment.home,
            isHosted: true
        )
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let application = buildApplication(
            composition.configuration,
            composition.services,
            logger: composition.logger,
            onListening: { port.yield($0) }
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { port.finish() }
                try await runServer(
                    application,
                    composition.configuration,
                    composition.services
                )
            }
            defer { group.cancelAll() }
            guard let number = await ports.first(where: { _ in true }) else {
                // The server ended before it listened; its error says why.
                try await group.waitForAll()
                return
            }
            try await ApusClient.with(HostAddress("127.0.0.1:\(number)")) { client in
                try await body(
                    Session(client: client, configuration: composition.configuration)
                )
            }
        }
    }

    private static func isLocal(_ address: HostAddress) -> Bool {
        address.path.isEmpty && address.scheme == "http"
            && ["127.0.0.1", "localhost", "::1", "0.0.0.0", "::"].contains(address.host)
    }
}
