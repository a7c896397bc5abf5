internal import ApusConversation
internal import ApusDialects
internal import ApusScheduling
internal import Hummingbird

/// Responses, which the server keeps for a while.
extension OpenAIController {
    @Sendable func respond(_ request: Request, _ context: ServerContext) async throws -> Response {
        let (body, model, generation) = try await asked(request, context)
        let batch = GenerationBatch(
            scheduler: services.scheduler,
            wish: try wish(for: model, body.sampling.options, body.keepAlive, context),
            requests: [generation],
            log: GenerationLog(.openAI, model.name, isStream: body.stream.isOn, context)
        )
        let framing = OpenAIResponses.Framing(
            envelope(for: model),
            for: body,
            generation: generation
        )
        if body.background {
            let run = begin(body, framing, batch, request, context)
            guard body.stream.isOn else {
                return OpenAIReply.json(bytes: OpenAIWire.bytes(run.response))
            }
            return try await events(of: run, after: nil, request, context)
        }
        let relay = FrameRelay(for: context, in: services.connections) { queue in
            guard body.stream.isOn else {
                let whole = try await answer(framing, to: body, batch)
                return try await queue.send(OpenAIWire.bytes(whole.response))
            }
            try await stream(framing, to: body, batch, into: queue, request, context)
        }
        guard body.stream.isOn else { return OpenAIReply.json(bytes: try await relay.only()) }
        return try await OpenAIReply.events(from: relay, about: "input", request, context)
    }

    /// The response in one piece.
    private func answer(
        _ framing: OpenAIResponses.Framing,
        to body: OpenAIResponses.Request,
        _ batch: GenerationBatch
    ) async throws -> OpenAIResponses.Framing {
        var framing = framing
        try await batch.forEach { _, event in
            _ = framing.frames(for: event, now: services.now().seconds)
        }
        keep(framing, body)
        return framing
    }

    /// Sends the events of a response.
    private func stream(
        _ start: OpenAIResponses.Framing,
        to body: OpenAIResponses.Request,
        _ batch: GenerationBatch,
        into queue: FrameQueue,
        _ request: Request,
        _ context: ServerContext
    ) async throws {
        var framing = start
        var hasBegun = false
        do {
            try await queue.keepingAlive {
                try await batch.forEach { _, event in
                    var frames = hasBegun ? [] : framing.begin()
                    hasBegun = true
                    frames += framing.frames(for: event, now: services.now().seconds)
                    // Whoever has the last event can ask for the response.
                    if framing.isComplete { keep(framing, body) }
                    for frame in frames { try await queue.send(OpenAIWire.namedEvent(frame)) }
                }
            }
        } catch {
            if !hasBegun || error is CancellationError { throw error }
            let failure = OpenAIFailureMapping(error, about: "input")
            failure.log(to: context.logger, path: request.uri.path)
            for frame in framing.fail(failure.error) {
                try await queue.send(OpenAIWire.namedEvent(frame))
            }
        }
    }

    /// The tokens that a request for a response would read.
    @Sendable func countInput(
        _ request: Request,
        _ context: ServerContext
    ) async throws -> Response {
        let (body, model, wanted) = try await asked(request, context)
        var generation = wanted
        generation.rendersOnly = true
        let batch = GenerationBatch(
            scheduler: services.scheduler,
            wish: try wish(for: model, body.sampling.options, body.keepAlive, context),
            requests: [generation],
            log: GenerationLog(.openAI, model.name, isStream: false, context)
        )
        let relay = FrameRelay(for: context, in: services.connections) { queue in
            try await batch.forEach { _, event in
                guard case .rendered(_, let tokens) = event else { return }
                try await queue.send(OpenAIWire.bytes(OpenAIItems.count(tokens: tokens)))
            }
        }
        return OpenAIReply.json(bytes: try await relay.only())
    }

    @Sendable func inputItems(
        _ request: Request,
        _ context: ServerContext
    ) async throws -> Response {
        let id = context.parameters.get("id") ?? ""
        guard let stored = responses.response(id) else {
            throw OpenAIError.notStored("Response", id)
        }
        let page = try OpenAIItems.page(stored.input, query: OpenAIQuery(request).values)
        return OpenAIReply.json(bytes: OpenAIWire.bytes(page))
    }

    /// The request, the model it names and the generation it asks for.
    private func asked(
        _ request: Request,
        _ context: ServerContext
    ) async throws -> (OpenAIResponses.Request, ServedModel, GenerationRequest) {
        let object = try await responses.resolvingReferences(in: try await object(of: request))
        let body = try OpenAIResponses.Request(object)
        note(body.unknown, context)
        let model = try await model(named: body.model)
        let history = try await responses.history(before: body)
        let generation = try body.generation(for: model.dialect, history: history)
        return (body, model, model.completed(generation, configuration))
    }

    /// Keeps a response that has ended, if its request says so.
    func keep(_ framing: OpenAIResponses.Framing, _ body: OpenAIResponses.Request) {
        guard let stored = OpenAIStoredResponse(framing.response, to: body) else { return }
        if body.store { responses.save(stored) }
        if let id = body.conversationID { _ = responses.append(stored.items, toConversation: id) }
    }
}
