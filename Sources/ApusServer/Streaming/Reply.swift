internal import ApusDialects
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Makes answers.
enum Reply {
    /// A JSON document.
    static func json(
        _ value: some Encodable,
        status: HTTPResponse.Status = .ok
    ) throws -> Response {
        json(bytes: try OllamaWire.encode(value), status: status)
    }

    /// A JSON document that is bytes already.
    static func json(bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    /// Plain text.
    static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    /// A YAML document.
    static func yaml(_ bytes: [UInt8]) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/yaml"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    /// Success with nothing to say.
    static func empty(status: HTTPResponse.Status = .ok) -> Response { Response(status: status) }

    /// The frames of a relay, one JSON document a line, one write each.
    ///
    /// Waits for the first frame, so that an error before it becomes an answer with a status of its
    /// own; an error after it becomes the last line.
    static func lines(from relay: FrameRelay) async throws -> Response {
        let first = try await relay.next()
        let body = ResponseBody { writer in
            var frame = first
            do {
                while let line = frame {
                    try await writer.write(ByteBuffer(bytes: line))
                    frame = try await relay.next()
                }
            } catch let error as ChannelError {
                throw error
            } catch {
                let failure = OllamaFailureMapping(error)
                try await writer.write(ByteBuffer(bytes: try line(failure.body)))
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [.contentType: "application/x-ndjson"],
            body: body
        )
    }

    /// A frame of NDJSON.
    static func line(_ value: some Encodable) throws -> [UInt8] {
        try OllamaWire.encode(value) + [UInt8(ascii: "\n")]
    }
}
