internal import ApusConversation
package import ApusDialects
package import ApusScheduling
internal import Hummingbird

/// Generate and chat.
extension OllamaController {
    @Sendable func generate(_ request: Request, _ context: ServerContext) async throws -> Response {
        let body = try await decode(OllamaGenerate.Request.self, from: request)
        let includesContext = !(body.raw ?? false)
        return try await answer(body, context, empty: .notFound) { name, nanoseconds in
            OllamaGenerate.Framing(
                model: name,
                loadNanoseconds: nanoseconds,
                includesContext: includesContext
            )
        }
    }

    @Sendable func chat(_ request: Request, _ context: ServerContext) async throws -> Response {
        let body = try await decode(OllamaChat.Request.self, from: request)
        return try await answer(body, context, empty: .required) { name, nanoseconds in
            OllamaChat.Framing(model: name, loadNanoseconds: nanoseconds)
        }
    }

    /// Loads, unloads or answers; `framing` is given the model's name and the time loading took.
    private func answer<Body: OllamaRequest, Framing: OllamaFraming>(
        _ body: Body,
        _ context: ServerContext,
        empty: ModelErrors.Empty,
        framing: @escaping @Sendable (String, Int64) -> Framing
    ) async throws -> Response {
        try body.checkValues()
        let errors = ModelErrors(empty: empty, missing: .plain)
        let model = try await services.library.model(named: body.model, errors)
        if body.intent == .unload {
            services.scheduler.unload(model.specification(configuration, OllamaOptions.Loading()))
            let frame = framing(model.name, 0).frame(reason: "unload", at: moment(context))
            return try Reply.json(frame)
        }
        let generation = try model.generation(for: body)
        let wish = try wish(for: model, body.options, body.keepAlive, context)
        let isLoad = body.intent == .load
        let isStream = body.stream ?? true
        let log = GenerationLog(.ollama, model.name, isStream: isStream, context)
        let relay = FrameRelay(for: context, in: services.connections) { queue in
            let lease = try await services.scheduler.acquire(wish)
            defer { lease.release() }
            var framing = framing(model.name, context.elapsedNanoseconds)
            if isLoad {
                let frame = framing.frame(reason: "load", at: moment(context))
                return try await queue.send(OllamaWire.encode(frame))
            }
            var joined: Framing.Frame?
            for try await event in lease.generate(generation, log) {
                for frame in framing.frames(for: event, at: moment(context)) {
                    if isStream {
                        try await queue.send(Reply.line(frame))
                    } else if joined == nil {
                        joined = frame
                    } else {
                        joined?.absorb(frame)
                    }
                }
            }
            try Task.checkCancellation()
            if let joined { try await queue.send(OllamaWire.encode(joined)) }
        }
        if isLoad || !isStream { return Reply.json(bytes: try await relay.only()) }
        return try await Reply.lines(from: relay)
    }

    /// A moment as frames carry it.
    func moment(_ context: ServerContext) -> OllamaMoment {
        OllamaMoment(time: services.now(), elapsedNanoseconds: context.elapsedNanoseconds)
    }

    /// What the scheduler is asked for.
    ///
    /// Throws: `invalidOption`.
    func wish(
        for model: ServedModel,
        _ options: JSONObject?,
        _ keepAlive: OllamaKeepAlive?,
        _ context: ServerContext
    ) throws -> SchedulerRequest {
        try model.wish(
            configuration,
            options: options,
            keepAlive: keepAlive,
            logger: context.logger
        )
    }
}

extension KeepAlive {
    /// The same time for the scheduler.
    package init(_ keepAlive: OllamaKeepAlive) {
        self = keepAlive.duration.map { .duration($0) } ?? .forever
    }
}
