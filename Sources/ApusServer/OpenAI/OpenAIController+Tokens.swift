internal import ApusConversation
internal import ApusDialects
internal import ApusScheduling
internal import Hummingbird

/// Texts and tokens, as vLLM serves them.
extension OpenAIController {
    @Sendable func tokenize(_ request: Request, _ context: ServerContext) async throws -> Response {
        let body = try OpenAITokenize.Request(try await object(of: request))
        note(body.unknown, context)
        let model = try await model(named: body.model)
        let wish = try wish(for: model, nil, body.keepAlive, context)
        let rendering = try rendering(of: body.input, for: model)
        let relay = FrameRelay(for: context, in: services.connections) { queue in
            let lease = try await services.scheduler.acquire(wish)
            defer { lease.release() }
            let text: String
            switch (body.input, rendering) {
            case (.text(let prompt), _): text = prompt
            case (.chat, let rendering?): text = try await Self.rendered(rendering, lease)
            case (.chat, nil): text = ""
            }
            let tokens = try await lease.tokenize(text, asPrompt: body.addsSpecial)
            let answer = body.answer(tokens, limit: lease.facts.contextLength)
            try await queue.send(OpenAIWire.bytes(answer))
        }
        return OpenAIReply.json(bytes: try await relay.only())
    }

    @Sendable func detokenize(
        _ request: Request,
        _ context: ServerContext
    ) async throws -> Response {
        let body = try OpenAIDetokenize.Request(try await object(of: request))
        note(body.unknown, context)
        let model = try await model(named: body.model)
        let wish = try wish(for: model, nil, body.keepAlive, context)
        let relay = FrameRelay(for: context, in: services.connections) { queue in
            let lease = try await services.scheduler.acquire(wish)
            defer { lease.release() }
            let text = try await lease.detokenize(body.tokens)
            try await queue.send(OpenAIWire.bytes(OpenAIDetokenize.answer(text)))
        }
        return OpenAIReply.json(bytes: try await relay.only())
    }

    /// The request that renders a conversation; nil for a text.
    private func rendering(
        of input: OpenAITokenize.Input,
        for model: ServedModel
    ) throws -> GenerationRequest? {
        guard case .chat(let chat) = input else { return nil }
        var generation = model.completed(
            try chat.generation(for: model.dialect),
            configuration
        )
        generation.rendersOnly = true
        return generation
    }

    private static func rendered(
        _ request: GenerationRequest,
        _ lease: Lease
    ) async throws -> String {
        var text = ""
        for try await event in lease.generate(request) {
            if case .rendered(let prompt, _) = event { text = prompt }
        }
        return text
    }
}
