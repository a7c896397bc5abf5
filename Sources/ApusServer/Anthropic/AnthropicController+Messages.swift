internal import ApusConversation
internal import ApusDialects
internal import ApusScheduling
internal import HTTPTypes
internal import Hummingbird
internal import Logging

/// Answers, and the lengths of prompts.
extension AnthropicController {
    /// A request that has been understood.
    struct Job: Sendable {
        var request: AnthropicRequest
        var generation: GenerationRequest
        var wish: SchedulerRequest
        /// What had no effect, for a header.
        var ignored: [String]
        var log: GenerationLog
    }

    @Sendable func messages(_ request: Request, _ context: ServerContext) async -> Response {
        await answer(request, context) { requestID in
            let job = try await job(of: request, context, for: .message)
            let framing = AnthropicFraming(
                AnthropicFraming.Context(
                    messageID: AnthropicIdentifier.make("msg"),
                    request: job.request
                ),
                seal: seal
            )
            var response =
                job.request.streams
                ? try await stream(job, framing, context, requestID)
                : try await message(job, framing, context)
            response.note(ignored: job.ignored)
            return response
        }
    }

    @Sendable func countTokens(_ request: Request, _ context: ServerContext) async -> Response {
        await answer(request, context) { _ in
            let job = try await job(of: request, context, for: .count)
            let relay = FrameRelay(for: context, in: services.connections) { queue in
                let tokens = try await count(job)
                try await queue.send(JSONSerializer().bytes(AnthropicCount.json(tokens: tokens)))
            }
            var response = Reply.json(bytes: try await relay.only())
            response.note(ignored: job.ignored)
            return response
        }
    }

    /// Reads a request and finds its model.
    ///
    /// Throws: `AnthropicError`, `DialectError`, `ServerError`, `StoreError`.
    private func job(
        of request: Request,
        _ context: ServerContext,
        for purpose: AnthropicRequest.Purpose
    ) async throws -> Job {
        let body = try await configuration.body(of: request)
        let message = try AnthropicRequest(body: body.readableBytesView, purpose: purpose)
        var job = try await job(message, logger: context.logger, since: context.arrival)
        job.ignored += Self.ignoredBetas(of: request)
        return job
    }

    /// Finds the model of a request.
    ///
    /// Throws: `AnthropicError`, `DialectError`, `ServerError`, `StoreError`.
    func job(
        _ message: AnthropicRequest,
        logger: Logger,
        since arrival: ContinuousClock.Instant
    ) async throws -> Job {
        if message.usesThread { throw AnthropicError.threadUnsupported }
        let model = try await model(named: message.model)
        let generation = try message.generation(for: model.dialect, seal: seal)
        return Job(
            request: message,
            generation: model.completed(generation, configuration),
            wish: try model.wish(
                configuration,
                options: nil,
                keepAlive: nil,
                logger: logger
            ),
            ignored: message.ignored(for: model.dialect),
            log: GenerationLog(
                .anthropic,
                message.model,
                isStream: message.streams,
                logger,
                since: arrival
            )
        )
    }

    /// Features that a request's header asks for and that have no effect.
    static func ignoredBetas(of request: Request) -> [String] {
        request.headers.text("anthropic-beta").map(AnthropicBetas.ignored(inHeader:)) ?? []
    }

    /// A message that is sent when all of it is there.
    private func message(
        _ job: Job,
        _ framing: AnthropicFraming,
        _ context: ServerContext
    ) async throws -> Response {
        let relay = FrameRelay(for: context, in: services.connections) { queue in
            let lease = try await services.scheduler.acquire(job.wish)
            defer { lease.release() }
            let message = try await Self.message(job, framing, lease)
            try await queue.send(JSONSerializer().bytes(message.json))
        }
        return Reply.json(bytes: try await relay.only())
    }

    /// The whole of an answer.
    static func message(
        _ job: Job,
        _ framing: AnthropicFraming,
        _ lease: Lease
    ) async throws -> AnthropicMessage {
        var framing = framing
        var message: AnthropicMessage?
        for try await event in lease.generate(job.generation, job.log) {
            for event in framing.events(for: event) {
                if case .messageStart(let start) = event { message = start }
                message?.absorb(event)
            }
        }
        guard let message, message.stopReason != nil else { throw CancellationError() }
        return message
    }

    /// A message that is sent while it comes.
    private func stream(
        _ job: Job,
        _ framing: AnthropicFraming,
        _ context: ServerContext,
        _ requestID: String
    ) async throws -> Response {
        let relay = FrameRelay(for: context, in: services.connections) { queue in
            let stream = AnthropicStream(framing, to: queue)
            try await stream.breakingSilence(of: silence) {
                let lease = try await services.scheduler.acquire(job.wish)
                defer { lease.release() }
                for try await event in lease.generate(job.generation, job.log) {
                    try await stream.pass(event)
                }
            }
            guard stream.isComplete else { throw CancellationError() }
        }
        return try await AnthropicStream.response(
            from: relay,
            context,
            requestID: requestID,
            saysDone: configuration.endsAnthropicStreamsWithDone
        )
    }

    /// Tokens of a prompt, also of one that is too long to be answered.
    private func count(_ job: Job) async throws -> Int {
        let lease = try await services.scheduler.acquire(job.wish)
        defer { lease.release() }
        do {
            for try await event in lease.generate(job.generation, job.log) {
                if case .rendered(_, let tokens) = event { return tokens }
            }
        } catch let error as SchedulingError {
            guard error.code == .promptTooLong, let length = PromptLength(of: error) else {
                throw error
            }
            return length.tokens
        }
        throw CancellationError()
    }
}

extension Response {
    /// Names in a header what a request asked for and had no effect.
    mutating func note(ignored: [String]) {
        guard !ignored.isEmpty else { return }
        var names: [String] = []
        for name in ignored.prefix(64) where !names.contains(name) { names.append(name) }
        headers.set("apus-ignored", names.joined(separator: ", "))
    }
}
