internal import ApusDialects
package import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore

/// The server: routes and middleware over services, ready to run or to be tested.
///
/// Run it with `runServer`. `onListening` is told the port.
package func buildApplication(
    _ configuration: ServerConfiguration,
    _ services: ServerServices,
    logger: Logger,
    onListening: @escaping @Sendable (Int) async -> Void = { _ in }
) -> Application<RouterResponder<ServerContext>> {
    var configuration = configuration
    if configuration.keepsRequests {
        configuration.requestFolder = RequestFolder(logger: logger)
    }
    let connections = services.connections
    // Half-sent requests and silent connections are given up after this.
    let channel = HTTP1Channel.Configuration(
        additionalChannelHandlers: [connections.makeHandler()],
        idleTimeout: .minutes(5)
    )
    return Application(
        router: makeRouter(configuration, services),
        server: .http1(configuration: channel),
        configuration: ApplicationConfiguration(
            address: .hostname(configuration.address.host, port: configuration.address.port),
            backlog: 1024
        ),
        onServerRunning: { [configuration] channel in
            await onListening(channel.localAddress?.port ?? configuration.address.port)
        },
        logger: logger
    )
}

/// All routes, behind what every request passes.
package func makeRouter(
    _ configuration: ServerConfiguration,
    _ services: ServerServices
) -> Router<ServerContext> {
    let router = Router(context: ServerContext.self)
    router.add(middleware: RequestLogMiddleware())
    router.add(middleware: HeadMiddleware())
    router.add(middleware: RefusalMiddleware())
    if configuration.compressesAnswers { router.add(middleware: CompressionMiddleware()) }
    router.add(middleware: CORSMiddleware(policy: configuration.origins))
    router.add(middleware: ErrorMiddleware())
    router.add(middleware: HostMiddleware(policy: HostPolicy(configuration)))
    router.add(middleware: OpenAIPathMiddleware())
    router.add(GeneralController(configuration: configuration).routes)
    router.add(OllamaController(configuration: configuration, services: services).routes)
    let anthropic = AnthropicController(configuration: configuration, services: services)
    router.add(anthropic.routes)
    router.add(
        OpenAIController(configuration: configuration, services: services, anthropic: anthropic)
            .routes
    )
    return router
}
