internal import ApusDialects
internal import Hummingbird

/// Chat.
extension OpenAIController {
    @Sendable func chat(_ request: Request, _ context: ServerContext) async throws -> Response {
        let body = try OpenAIChat.Request(try await object(of: request))
        note(body.unknown, context)
        let model = try await model(named: body.model)
        let batch = GenerationBatch(
            scheduler: services.scheduler,
            wish: try wish(for: model, body.sampling.options, body.keepAlive, context),
            requests: try (0..<body.choices).map {
                model.completed(
                    try body.generation(for: model.dialect, choice: $0),
                    configuration
                )
            },
            log: GenerationLog(.openAI, model.name, isStream: body.stream.isOn, context)
        )
        let envelope = envelope(for: model)
        guard body.stream.isOn else {
            let relay = FrameRelay(for: context, in: services.connections) { queue in
                var answer = OpenAIChat.Answer(envelope, for: body)
                try await batch.forEach { answer.take($1, choice: $0) }
                try await queue.send(OpenAIWire.bytes(answer.json))
            }
            return OpenAIReply.json(bytes: try await relay.only())
        }
        let relay = FrameRelay(for: context, in: services.connections) { queue in
            var framing = OpenAIChat.Framing(envelope, for: body)
            try await queue.keepingAlive {
                try await batch.forEach { choice, event in
                    for frame in framing.frames(for: event, choice: choice) {
                        try await queue.send(OpenAIWire.event(frame))
                    }
                }
            }
            try await queue.send(OpenAIWire.done)
        }
        return try await OpenAIReply.events(from: relay, about: "messages", request, context)
    }
}
