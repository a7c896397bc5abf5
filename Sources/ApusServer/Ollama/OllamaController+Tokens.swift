internal import ApusConversation
internal import ApusDialects
internal import ApusScheduling
internal import Hummingbird

/// Text to tokens and back.
extension OllamaController {
    @Sendable func tokenize(_ request: Request, _ context: ServerContext) async throws -> Response {
        let body = try await decode(OllamaTokenize.Request.self, from: request)
        let text = try body.input()
        return try await answer(body.model, body.options, body.keepAlive, context) {
            lease,
            loaded in
            OllamaTokenize.Response(
                model: body.model ?? "",
                tokens: try await lease.tokenize(text),
                totalDuration: context.elapsedNanoseconds,
                loadDuration: loaded
            )
        }
    }

    @Sendable func detokenize(
        _ request: Request,
        _ context: ServerContext
    ) async throws -> Response {
        let body = try await decode(OllamaDetokenize.Request.self, from: request)
        let tokens = try body.input()
        return try await answer(body.model, body.options, body.keepAlive, context) {
            lease,
            loaded in
            OllamaDetokenize.Response(
                model: body.model ?? "",
                content: try await lease.detokenize(tokens),
                totalDuration: context.elapsedNanoseconds,
                loadDuration: loaded
            )
        }
    }

    /// Loads a model and answers with what `work` makes of it and of the time loading took.
    private func answer(
        _ name: String?,
        _ options: JSONObject?,
        _ keepAlive: OllamaKeepAlive?,
        _ context: ServerContext,
        _ work: @escaping @Sendable (Lease, Int64) async throws -> some Encodable & Sendable
    ) async throws -> Response {
        let errors = ModelErrors(empty: .required, missing: .pull)
        let model = try await services.library.model(named: name, errors)
        let wish = try wish(for: model, options, keepAlive, context)
        let relay = FrameRelay(for: context, in: services.connections) { queue in
            let lease = try await services.scheduler.acquire(wish)
            defer { lease.release() }
            let response = try await work(lease, context.elapsedNanoseconds)
            try await queue.send(OllamaWire.encode(response))
        }
        return Reply.json(bytes: try await relay.only())
    }
}
