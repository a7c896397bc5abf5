internal import ApusConversation
internal import ApusDialects
internal import ApusScheduling
internal import Hummingbird

/// Vectors.
extension OllamaController {
    @Sendable func embed(_ request: Request, _ context: ServerContext) async throws -> Response {
        let body = try await decode(OllamaEmbed.Request.self, from: request)
        let wanted = try body.embedding()
        let errors = ModelErrors(empty: .notFound, missing: .pull)
        let model = try await services.library.model(named: body.model, errors)
        let wish = try wish(for: model, body.options, body.keepAlive, context)
        let log = GenerationLog(.ollama, model.name, isStream: false, context)
        let relay = FrameRelay(for: context, in: services.connections) { queue in
            let lease = try await services.scheduler.acquire(wish)
            defer { lease.release() }
            let loaded = context.elapsedNanoseconds
            guard let wanted else {
                return try await queue.send(
                    OllamaWire.encode(OllamaEmbed.Response(model: model.name))
                )
            }
            let response = try OllamaEmbed.Response(
                try await lease.embed(wanted, log),
                model: model.name,
                dimensions: body.dimensions,
                totalNanoseconds: context.elapsedNanoseconds,
                loadNanoseconds: loaded
            )
            try await queue.send(OllamaWire.encode(response))
        }
        return Reply.json(bytes: try await relay.only())
    }

    @Sendable func embeddings(
        _ request: Request,
        _ context: ServerContext
    ) async throws -> Response {
        let body = try await decode(OllamaEmbeddings.Request.self, from: request)
        let errors = ModelErrors(empty: .required, missing: .pull)
        let model = try await services.library.model(named: body.model, errors)
        let wish = try wish(for: model, body.options, body.keepAlive, context)
        let log = GenerationLog(.ollama, model.name, isStream: false, context)
        let relay = FrameRelay(for: context, in: services.connections) { queue in
            let lease = try await services.scheduler.acquire(wish)
            defer { lease.release() }
            var result: EmbeddingResult?
            if let wanted = body.embedding { result = try await lease.embed(wanted, log) }
            try await queue.send(OllamaWire.encode(OllamaEmbeddings.Response(result)))
        }
        return Reply.json(bytes: try await relay.only())
    }
}
