internal import ApusDialects
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore

/// Makes answers of OpenAI's API.
enum OpenAIReply {
    /// A JSON document.
    static func json(bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    /// The frames of a relay as server-sent events, one write each.
    ///
    /// Waits for the first frame, so that an error before it becomes an answer with a status of its
    /// own; an error after it becomes the last event. `field` carries the request's prompt.
    static func events(
        from relay: FrameRelay,
        about field: String,
        _ request: Request,
        _ context: ServerContext
    ) async throws -> Response {
        let first = try await relay.next()
        let (logger, path) = (context.logger, request.uri.path)
        let body = ResponseBody { writer in
            var frame = first
            do {
                while let bytes = frame {
                    try await writer.write(ByteBuffer(bytes: bytes))
                    frame = try await relay.next()
                }
            } catch let error as ChannelError {
                throw error
            } catch {
                let failure = OpenAIFailureMapping(error, about: field)
                failure.log(to: logger, path: path)
                let event = OpenAIWire.event(failure.error.json)
                try await writer.write(ByteBuffer(bytes: event))
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-cache"],
            body: body
        )
    }
}

extension FrameQueue {
    /// Does `work`, and meanwhile sends a comment every `interval`, so that nobody on the way to the
    /// client takes a long prompt for a dead connection.
    func keepingAlive(
        every interval: Duration = .seconds(10),
        _ work: () async throws -> Void
    ) async throws {
        let pulse = Task {
            while true {
                try await Task.sleep(for: interval)
                try self.offer(OpenAIWire.keepAlive)
            }
        }
        defer { pulse.cancel() }
        try await work()
    }
}
