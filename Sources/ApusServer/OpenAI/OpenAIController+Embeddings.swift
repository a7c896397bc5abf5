internal import ApusDialects
internal import ApusScheduling
internal import Hummingbird

/// Vectors.
extension OpenAIController {
    @Sendable func embed(_ request: Request, _ context: ServerContext) async throws -> Response {
        let body = try OpenAIEmbedding.Request(try await object(of: request))
        note(body.unknown, context)
        let model = try await model(named: body.model)
        let wish = try wish(for: model, body.options, body.keepAlive, context)
        let log = GenerationLog(.openAI, model.name, isStream: false, context)
        let relay = FrameRelay(for: context, in: services.connections) { queue in
            let lease = try await services.scheduler.acquire(wish)
            defer { lease.release() }
            let texts = try await Self.texts(of: body.inputs, lease)
            let result = try await lease.embed(try body.embedding { texts[$0] ?? "" }, log)
            try await queue.send(OpenAIWire.bytes(try body.answer(result)))
        }
        return OpenAIReply.json(bytes: try await relay.only())
    }

    /// Documents in the order of how near their vectors are to the query's.
    @Sendable func rerank(_ request: Request, _ context: ServerContext) async throws -> Response {
        let body = try OpenAIRerank.Request(try await object(of: request))
        note(body.unknown, context)
        let model = try await model(named: body.model)
        let embedding = try body.embedding(for: model.dialect)
        let wish = try wish(for: model, nil, body.keepAlive, context)
        let relay = FrameRelay(for: context, in: services.connections) { queue in
            let lease = try await services.scheduler.acquire(wish)
            defer { lease.release() }
            let result = try await lease.embed(embedding)
            let answer = try body.answer(id: "rerank-" + Self.identifier(), result)
            try await queue.send(OpenAIWire.bytes(answer))
        }
        return OpenAIReply.json(bytes: try await relay.only())
    }

    /// The text of every input that is tokens.
    private static func texts(
        of inputs: [OpenAICompletion.Prompt],
        _ lease: Lease
    ) async throws -> [[Int32]: String] {
        var texts: [[Int32]: String] = [:]
        for case .tokens(let tokens) in inputs where texts[tokens] == nil {
            texts[tokens] = try await lease.detokenize(tokens)
        }
        return texts
    }
}
