internal import ApusDialects
internal import ApusScheduling
internal import Hummingbird

/// Text completions.
extension OpenAIController {
    @Sendable func complete(_ request: Request, _ context: ServerContext) async throws -> Response {
        let body = try OpenAICompletion.Request(try await object(of: request))
        note(body.unknown, context)
        let model = try await model(named: body.model)
        let batch = GenerationBatch(
            scheduler: services.scheduler,
            wish: try wish(for: model, body.sampling.options, body.keepAlive, context),
            requests: try (0..<body.generationCount).map {
                try body.generation(for: model.dialect, index: $0)
            },
            log: GenerationLog(.openAI, model.name, isStream: body.stream.isOn, context)
        )
        let envelope = envelope(for: model)
        guard body.stream.isOn else {
            let relay = FrameRelay(for: context, in: services.connections) { queue in
                let prompts = try await echoes(of: body, batch.wish)
                var answer = OpenAICompletion.Answer(envelope, for: body, prompts: prompts)
                try await batch.forEach { answer.take($1, index: $0) }
                try await queue.send(OpenAIWire.bytes(answer.json))
            }
            return OpenAIReply.json(bytes: try await relay.only())
        }
        let relay = FrameRelay(for: context, in: services.connections) { queue in
            try await queue.keepingAlive {
                let prompts = try await echoes(of: body, batch.wish)
                var framing = OpenAICompletion.Framing(envelope, for: body, prompts: prompts)
                try await batch.forEach { index, event in
                    for frame in framing.frames(for: event, index: index) {
                        try await queue.send(OpenAIWire.event(frame))
                    }
                }
            }
            try await queue.send(OpenAIWire.done)
        }
        return try await OpenAIReply.events(from: relay, about: "prompt", request, context)
    }

    /// The prompts as text, when they are tokens and stand before the answer.
    private func echoes(
        of body: OpenAICompletion.Request,
        _ wish: SchedulerRequest
    ) async throws -> [String] {
        guard body.echoes, body.prompts.contains(where: \.isTokens) else { return [] }
        let lease = try await services.scheduler.acquire(wish)
        defer { lease.release() }
        var texts: [String] = []
        for prompt in body.prompts {
            switch prompt {
            case .text(let text): texts.append(text)
            case .tokens(let tokens): texts.append(try await lease.detokenize(tokens))
            }
        }
        return texts
    }
}

extension OpenAICompletion.Prompt {
    /// Whether this is no text yet.
    var isTokens: Bool {
        if case .tokens = self { true } else { false }
    }
}
