internal import ApusDialects
internal import ApusScheduling
internal import Foundation
package import Hummingbird
internal import NIOCore
internal import ServiceLifecycle
internal import UnixSignals

/// Runs the server and its scheduler until SIGINT, SIGTERM or the end of the task.
///
/// Then no new request is taken, answers under way are cut off, and every model is unloaded.
/// Throws: `addressInUse`, `cannotListen`.
package func runServer(
    _ application: Application<RouterResponder<ServerContext>>,
    _ configuration: ServerConfiguration,
    _ services: ServerServices
) async throws {
    let address = configuration.address
    let controller = AnthropicController(configuration: configuration, services: services)
    // They are ended in reverse order.
    let group = ServiceGroup(
        configuration: ServiceGroupConfiguration(
            services: [
                SchedulerService(scheduler: services.scheduler),
                MessageBatchService(controller: controller, logger: application.logger),
                application, WorkService(connections: services.connections),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: application.logger
        )
    )
    do {
        try await group.run()
    } catch let error as IOError {
        throw ServerError(listening: error, at: address)
    }
}

/// Loads and unloads models while the server runs.
private struct SchedulerService: Service {
    let scheduler: Scheduler

    func run() async throws {
        let scheduler = scheduler
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                try? await gracefulShutdown()
                await scheduler.shutdown()
            }
            await scheduler.run()
            group.cancelAll()
        }
    }
}

/// Ends the work of all connections when the server is told to stop; it would wait for them.
private struct WorkService: Service {
    let connections: ConnectionRegistry

    func run() async throws {
        try? await gracefulShutdown()
        connections.stop()
    }
}

extension ServerError {
    /// Why listening on an address failed, with what to do about it.
    init(listening error: IOError, at address: HostAddress) {
        let place = "\(address.bracketedHost):\(address.port)"
        switch error.errnoCode {
        case EADDRINUSE:
            self.init(
                .addressInUse,
                "\(place) is in use: a server runs there already, perhaps Ollama; stop it, or "
                    + "choose another port with OLLAMA_HOST"
            )
        case EACCES:
            self.init(
                .cannotListen,
                "not allowed to listen on \(place); ports below 1024 are for the system"
            )
        case EADDRNOTAVAIL:
            self.init(.cannotListen, "\(place) is no address of this machine")
        default:
            self.init(.cannotListen, "cannot listen on \(place): \(error)")
        }
    }
}
