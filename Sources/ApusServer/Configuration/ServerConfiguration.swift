package import ApusDialects

/// Everything an operator can choose; the table is `EnvironmentVariable.all`.
package struct ServerConfiguration: Sendable, Equatable {
    /// Where to listen (`HOST`).
    package var address = HostAddress("")
    /// Web origins that may call, besides local ones (`ORIGINS`).
    package var origins = OriginPolicy()
    /// Names by which the server may be addressed, besides local ones (`ALLOWED_HOSTS`).
    package var allowedHosts: [String] = []
    /// Registries at private addresses that other machines may name (`PRIVATE_REGISTRIES`).
    package var privateRegistries: [String] = []
    /// How long models stay loaded (`KEEP_ALIVE`).
    package var keepAlive = OllamaKeepAlive.nanoseconds(300_000_000_000)
    /// How long loading may stand still (`LOAD_TIMEOUT`); `.forever` for no limit.
    package var loadTimeout = OllamaKeepAlive.nanoseconds(300_000_000_000)
    /// Context length where nothing else says one (`CONTEXT_LENGTH`); 0 for automatic.
    package var contextLength = 0
    /// Requests each model works on at a time (`NUM_PARALLEL`), at least 1.
    package var parallelSequences = 1
    /// Models loaded at a time (`MAX_LOADED_MODELS`); 0 for automatic.
    package var maximumLoadedModels = 0
    /// Requests that may wait (`MAX_QUEUE`).
    package var maximumQueue = 512
    /// Largest request body in bytes (`MAX_BODY`).
    package var maximumBodyBytes = 64 << 20
    /// Largest uploaded blob in bytes (`MAX_BLOB`).
    package var maximumBlobBytes: Int64 = 1 << 40
    /// Whether whole answers are compressed for clients that ask for it (`COMPRESSION`).
    package var compressesAnswers = false
    /// Whether requests are kept as files, texts included (`DEBUG_LOG_REQUESTS`).
    package var keepsRequests = false
    /// Where they are kept; made when the server starts.
    var requestFolder: RequestFolder?
    /// Whether files that no model uses are removed at the start (`NOPRUNE` turns it off).
    package var prunesAtStart = true
    /// Whether interactive sessions keep a history (`NOHISTORY` turns it off).
    package var keepsHistory = true
    /// Whether `/v1` moves what agents change on every turn out of the cached prefix
    /// (`KEEP_VOLATILE` turns it off).
    package var movesVolatileText = true
    /// Whether answers that come back become the tokens that were sampled (`NOREPLAY` turns it
    /// off).
    package var replaysAnswers = true
    /// Whether streams of Anthropic's API end with `data: [DONE]` (`ANTHROPIC_DONE`).
    package var endsAnthropicStreamsWithDone = false
    /// Whether batches of an earlier server are worked on from the start, not only when asked for.
    package var resumesBatches = true
    /// How much is logged (`DEBUG`): 0 as usual, 1 for debugging, 2 for everything.
    package var logDetail = 0
    /// The version that `/api/version` reports: the Ollama whose behaviour clients can rely on.
    package var reportedVersion = "0.32.15"
    /// Settings that could not be read, for the log.
    package private(set) var warnings: [String] = []

    /// The defaults.
    package init() {}

    /// What an environment asks for.
    ///
    /// Throws: `invalidConfiguration` for an origin that can never match.
    package init(environment: [String: String]) throws(ServerError) {
        var reader = EnvironmentReader(environment)
        address = HostAddress(reader.text("HOST") ?? "")
        origins = try OriginPolicy(adding: reader.list("ORIGINS"))
        allowedHosts = reader.list("ALLOWED_HOSTS").map { $0.lowercased() }
        privateRegistries = reader.list("PRIVATE_REGISTRIES")
        keepAlive = reader.duration("KEEP_ALIVE", default: keepAlive)
        loadTimeout = reader.duration("LOAD_TIMEOUT", default: loadTimeout)
        if loadTimeout.isImmediate { loadTimeout = .forever }
        contextLength = reader.count("CONTEXT_LENGTH", default: 0)
        parallelSequences = max(1, reader.count("NUM_PARALLEL", default: 1))
        maximumLoadedModels = reader.count("MAX_LOADED_MODELS", default: 0)
        maximumQueue = reader.count("MAX_QUEUE", default: 512)
        let body = reader.bytes("MAX_BODY", default: Int64(maximumBodyBytes))
        maximumBodyBytes = Int(clamping: body)
        maximumBlobBytes = reader.bytes("MAX_BLOB", default: maximumBlobBytes)
        compressesAnswers = reader.truth("COMPRESSION")
        keepsRequests = reader.truth("DEBUG_LOG_REQUESTS")
        prunesAtStart = !reader.truth("NOPRUNE")
        keepsHistory = !reader.truth("NOHISTORY")
        movesVolatileText = !reader.truth("KEEP_VOLATILE")
        replaysAnswers = !reader.truth("NOREPLAY")
        endsAnthropicStreamsWithDone = reader.truth("ANTHROPIC_DONE")
        logDetail = reader.level("DEBUG")
        warnings = reader.warnings + [address.warning].compactMap { $0 }
    }
}
