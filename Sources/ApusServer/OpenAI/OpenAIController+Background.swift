internal import ApusConversation
internal import ApusDialects
internal import Hummingbird

/// Responses that have been made, or are being made whether or not anybody waits.
extension OpenAIController {
    /// Begins a response in the background.
    func begin(
        _ body: OpenAIResponses.Request,
        _ framing: OpenAIResponses.Framing,
        _ batch: GenerationBatch,
        _ request: Request,
        _ context: ServerContext
    ) -> BackgroundResponse {
        let run = BackgroundResponse(framing, to: body)
        let id = framing.identifier
        let (logger, path) = (context.logger, request.uri.path)
        background.add(run, id: id)
        run.start { run in
            do {
                try await batch.forEach { _, event in
                    run.publish(beforeLast: { keep($0, body) }) {
                        $0.frames(for: event, now: services.now().seconds)
                    }
                }
            } catch {
                let failure = OpenAIFailureMapping(error, about: "input")
                if !run.isOver { failure.log(to: logger, path: path) }
                run.publish(beforeLast: { keep($0, body) }) { $0.fail(failure.error) }
            }
            background.end(id)
        }
        return run
    }

    @Sendable func retrieve(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = context.parameters.get("id") ?? ""
        let query = try OpenAIQuery(request)
        let after = try query.count("starting_after")
        let run = background.run(id)
        guard try query.boolean("stream") else {
            return OpenAIReply.json(bytes: OpenAIWire.bytes(try response(id, run)))
        }
        guard let run, run.keepsEvents else {
            _ = try response(id, run)
            throw OpenAIError(
                .invalidRequest,
                "Only a response that was made with 'background' and 'stream' can be streamed, and "
                    + "only while its events are kept.",
                param: "stream",
                code: "unsupported_value"
            )
        }
        return try await events(of: run, after: after, request, context)
    }

    /// Ends a response in the background where it stands; one that has ended stays as it is.
    @Sendable func cancel(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = context.parameters.get("id") ?? ""
        let run = background.run(id)
        if let run { run.cancel { keep($0, run.request) } }
        let response = try response(id, run)
        guard response["background"] == true else {
            throw OpenAIError(.invalidRequest, "Cannot cancel a synchronous response.")
        }
        return OpenAIReply.json(bytes: OpenAIWire.bytes(response))
    }

    @Sendable func deleteResponse(
        _ request: Request,
        _ context: ServerContext
    ) async throws -> Response {
        let id = context.parameters.get("id") ?? ""
        let run = background.remove(id)
        run?.cancel()
        guard responses.deleteResponse(id) || run != nil else {
            throw OpenAIError.notStored("Response", id)
        }
        return OpenAIReply.json(bytes: OpenAIWire.bytes(OpenAIStoredResponse.deleted(id)))
    }

    /// The events of a response in the background, for as long as it is being made.
    func events(
        of run: BackgroundResponse,
        after number: Int?,
        _ request: Request,
        _ context: ServerContext
    ) async throws -> Response {
        let relay = FrameRelay(for: context, in: services.connections) { queue in
            try await queue.keepingAlive {
                for await event in run.events(after: number) {
                    try await queue.send(OpenAIWire.namedEvent(event))
                }
            }
        }
        return try await OpenAIReply.events(from: relay, about: "input", request, context)
    }

    /// A response as it stands.
    private func response(
        _ id: String,
        _ run: BackgroundResponse?
    ) throws(OpenAIError) -> JSONValue {
        guard let response = responses.response(id)?.response ?? run?.response else {
            throw .notStored("Response", id)
        }
        return response
    }
}
