internal import ApusConversation
internal import ApusScheduling
internal import Hummingbird
internal import Logging

/// What the log says, at debug level, of the generations that a request causes.
///
/// Two lines each: `generation` when the request has been understood and a model is there, and
/// `generated` when it has ended; vectors are one line, `embedded`. All carry the framework's request
/// identifier, as the line of the request itself does. Numbers and names only; texts of messages
/// never.
struct GenerationLog: Sendable {
    /// The API that the client speaks.
    enum API: String, Sendable {
        case ollama
        case openAI = "openai"
        case anthropic
    }

    let api: API
    /// The model as the client named it.
    let model: String
    /// Whether the answer is sent while it comes.
    let isStream: Bool
    private let logger: Logger
    private let arrival: ContinuousClock.Instant

    /// The log of work that came at `arrival`.
    init(
        _ api: API,
        _ model: String,
        isStream: Bool,
        _ logger: Logger,
        since arrival: ContinuousClock.Instant
    ) {
        self.api = api
        self.model = model
        self.isStream = isStream
        self.logger = logger
        self.arrival = arrival
    }

    /// The log of one request.
    init(_ api: API, _ model: String, isStream: Bool, _ context: ServerContext) {
        self.init(api, model, isStream: isStream, context.logger, since: context.arrival)
    }

    /// Notes that a generation begins; everything before was reading, waiting and loading.
    func begin(_ request: GenerationRequest) {
        write("generation", request.logMetadata)
    }

    /// Notes that a generation has ended as it should.
    func end(_ summary: GenerationSummary) { write("generated", summary.logMetadata) }

    /// Notes that a prompt was counted and nothing generated.
    func count(_ tokens: Int) { write("counted", ["prompt_tokens": "\(tokens)"]) }

    /// Notes that texts have become vectors.
    func embed(_ texts: Int, _ result: EmbeddingResult) {
        write("embedded", ["inputs": "\(texts)", "prompt_tokens": "\(result.tokens)"])
    }

    /// Notes that the work has ended early.
    func fail(_ error: any Error) {
        let code = (error as? SchedulingError).map { "\($0.code)" } ?? "\(type(of: error))"
        write("ended early", ["error": "\(code)"])
    }

    private func write(_ event: Logger.Message, _ metadata: @autoclosure () -> Logger.Metadata) {
        guard logger.logLevel <= .debug else { return }
        var all = metadata()
        all["api"] = "\(api.rawValue)"
        all["model"] = "\(model.prefix(200))"
        all["streaming"] = "\(isStream)"
        all["elapsed_ms"] = "\(arrival.elapsedNanoseconds / 1_000_000)"
        logger.debug(event, metadata: all)
    }
}

/// The events of a generation, which note in the log how it ends.
struct LoggedGeneration: AsyncSequence {
    let events: AsyncThrowingStream<GenerationEvent, any Error>
    let log: GenerationLog

    func makeAsyncIterator() -> Iterator {
        Iterator(events: events.makeAsyncIterator(), log: log)
    }

    struct Iterator: AsyncIteratorProtocol {
        var events: AsyncThrowingStream<GenerationEvent, any Error>.AsyncIterator
        let log: GenerationLog
        private var hasEnded = false

        init(
            events: AsyncThrowingStream<GenerationEvent, any Error>.AsyncIterator,
            log: GenerationLog
        ) {
            self.events = events
            self.log = log
        }

        mutating func next() async throws -> GenerationEvent? {
            do {
                let event = try await events.next()
                note(event)
                return event
            } catch {
                log.fail(error)
                throw error
            }
        }

        private mutating func note(_ event: GenerationEvent?) {
            switch event {
            case .finished(let summary): log.end(summary)
            case .rendered(_, let tokens): log.count(tokens)
            case nil where !hasEnded: log.fail(CancellationError())
            default: return
            }
            hasEnded = true
        }
    }
}

extension Lease {
    /// Continues a prompt, and says so in the log.
    func generate(_ request: GenerationRequest, _ log: GenerationLog) -> LoggedGeneration {
        log.begin(request)
        return LoggedGeneration(events: generate(request), log: log)
    }

    /// Turns texts into vectors, and says so in the log.
    func embed(
        _ request: EmbeddingRequest,
        _ log: GenerationLog
    ) async throws -> EmbeddingResult {
        do {
            let result = try await embed(request)
            log.embed(request.inputs.count, result)
            return result
        } catch {
            log.fail(error)
            throw error
        }
    }
}
