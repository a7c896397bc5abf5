internal import ApusDialects
internal import ApusRegistry
internal import ApusScheduling
internal import ApusServer
internal import ApusStore
internal import FoundationEssentials
internal import Logging

/// The parts of a server, put together from the environment: the one place that knows them all.
struct Composition: Sendable {
    /// What the operator chose.
    let configuration: ServerConfiguration
    /// What the routes work with.
    let services: ServerServices
    /// Where the log goes.
    let logger: Logger

    /// A server for this environment.
    ///
    /// `isHosted` is a server inside a command: it listens on a free port of the loopback address
    /// and its log holds errors only.
    init(environment: [String: String], home: String, isHosted: Bool = false) throws {
        var configuration = try ServerConfiguration(environment: environment)
        if isHosted {
            configuration.address = HostAddress("127.0.0.1:0")
            configuration.prunesAtStart = false
            configuration.resumesBatches = false
        }
        self.configuration = configuration
        logger = Self.logger(detail: configuration.logDetail, isHosted: isHosted)
        let store = try LocalStore.open(environment: environment, home: home)
        let library = ModelLibrary(
            store: store,
            builtInWeights: BuiltInModels.weights
        )
        let settings = RegistrySettings(
            environment: environment,
            home: home,
            version: configuration.reportedVersion
        )
        services = ServerServices(
            library: library,
            scheduler: Self.scheduler(configuration, logger),
            registry: RegistryClient(
                store: store,
                settings: settings,
                inspector: library.inspector
            ),
            converter: Self.converter(logger),
            now: { WireTime(Date()) }
        )
    }

    private static func logger(detail: Int, isHosted: Bool) -> Logger {
        var logger = Logger(label: "apus") { StreamLogHandler.standardError(label: $0) }
        switch detail {
        case 0: logger.logLevel = isHosted ? .critical : .info
        case 1: logger.logLevel = .debug
        default: logger.logLevel = .trace
        }
        return logger
    }

    private static func scheduler(
        _ configuration: ServerConfiguration,
        _ logger: Logger
    ) -> Scheduler {
        var scheduling = SchedulerConfiguration()
        scheduling.maximumLoadedModels = configuration.maximumLoadedModels
        scheduling.maximumQueue = configuration.maximumQueue
        scheduling.keepAlive = configuration.keepAlive.duration.map { .duration($0) } ?? .forever
        let launcher = RunnerProcessLauncher(
            executable: executable,
            arguments: ["runner"],
            loadTimeout: configuration.loadTimeout.duration ?? .zero,
            log: { line in logger.debug("runner", metadata: ["line": "\(line)"]) }
        )
        return Scheduler(configuration: scheduling, launcher: launcher)
    }

    private static func converter(_ logger: Logger) -> ConverterLauncher {
        ConverterLauncher(
            executable: executable,
            arguments: ["converter"],
            log: { line in logger.debug("converter", metadata: ["line": "\(line)"]) }
        )
    }

    /// The running program; on Linux a path that stays right when the file is replaced.
    private static var executable: String {
        #if os(Linux)
        "/proc/self/exe"
        #else
        Bundle.main.executablePath ?? CommandLine.arguments[0]
        #endif
    }
}
