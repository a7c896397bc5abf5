internal import ApusConversation
internal import ApusDialects
internal import ApusScheduling
internal import ApusStore
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore

/// Batches of messages, answered in the background.
extension AnthropicController {
    private static let batchesPath = "/v1/messages/batches"

    var batchRoutes: [Route] {
        let path = Self.batchesPath
        return [
            Route(.post, path, createBatch),
            Route(.get, path, listBatches),
            Route(.get, path + "/:id", batch),
            Route(.delete, path + "/:id", deleteBatch),
            Route(.post, path + "/:id/cancel", cancelBatch),
            Route(.get, path + "/:id/results", batchResults),
        ]
    }

    @Sendable private func createBatch(
        _ request: Request,
        _ context: ServerContext
    ) async -> Response {
        await answer(request, context) { _ in
            let body = try await configuration.body(of: request)
            let list = try AnthropicBatchRequest(body: body.readableBytesView)
            let batch = try await services.batches.create(list.items)
            var response = Self.reply(batch, request)
            response.note(ignored: list.ignored + Self.ignoredBetas(of: request))
            return response
        }
    }

    @Sendable private func listBatches(
        _ request: Request,
        _ context: ServerContext
    ) async -> Response {
        await answer(request, context) { _ in
            let query = try AnthropicPageQuery(of: request)
            let list = try await services.batches.list()
            let page = try AnthropicPage(of: list, query: query, id: \.id)
            let origin = request.origin
            return Reply.json(
                bytes: JSONSerializer().bytes(page.json { $0.json(at: origin) })
            )
        }
    }

    @Sendable private func batch(_ request: Request, _ context: ServerContext) async -> Response {
        await answer(request, context) { _ in
            Self.reply(try await services.batches.batch(context.batchID), request)
        }
    }

    @Sendable private func cancelBatch(
        _ request: Request,
        _ context: ServerContext
    ) async -> Response {
        await answer(request, context) { _ in
            Self.reply(try await services.batches.cancel(context.batchID), request)
        }
    }

    @Sendable private func deleteBatch(
        _ request: Request,
        _ context: ServerContext
    ) async -> Response {
        await answer(request, context) { _ in
            try await services.batches.delete(context.batchID)
            let json = AnthropicBatch.deletedJSON(id: context.batchID)
            return Reply.json(bytes: JSONSerializer().bytes(json))
        }
    }

    /// The results as a file, read while it is sent.
    @Sendable private func batchResults(
        _ request: Request,
        _ context: ServerContext
    ) async -> Response {
        await answer(request, context) { _ in
            let batches = services.batches
            let reader = try await batches.results(context.batchID)
            let body = ResponseBody { writer in
                while true {
                    let bytes = try await batches.blocking { try reader.chunk() }
                    if bytes.isEmpty { break }
                    try await writer.write(ByteBuffer(bytes: bytes))
                }
                try await writer.finish(nil)
            }
            return Response(
                status: .ok,
                headers: [.contentType: "application/x-jsonl"],
                body: body
            )
        }
    }

    private static func reply(_ batch: AnthropicBatch, _ request: Request) -> Response {
        Reply.json(bytes: JSONSerializer().bytes(batch.json(at: request.origin)))
    }

    /// Answers one request of a batch, giving way to clients who wait.
    func answer(
        _ item: AnthropicBatchRequest.Item,
        logger: Logger
    ) async throws -> AnthropicMessage {
        var job = try await job(item.request(), logger: logger, since: .now)
        job.wish.isBackground = true
        var framing = AnthropicFraming.Context(
            messageID: AnthropicIdentifier.make("msg"),
            request: job.request
        )
        framing.tier = "batch"
        let start = AnthropicFraming(framing, seal: seal)
        let unchanged = job
        while true {
            try Task.checkCancellation()
            let lease = try await services.scheduler.acquire(unchanged.wish)
            defer { lease.release() }
            let message = try await lease.untilWanted {
                try await Self.message(unchanged, start, lease)
            }
            if let message { return message }
        }
    }
}

extension ServerContext {
    /// The batch that a path names.
    fileprivate var batchID: String { parameters.get("id") ?? "" }
}

extension Request {
    /// How the client addresses this server: scheme, host and port.
    fileprivate var origin: String {
        let isEncrypted = headers.text("x-forwarded-proto")?.lowercased() == "https"
        return (isEncrypted ? "https://" : "http://") + (head.authority ?? "localhost")
    }
}
