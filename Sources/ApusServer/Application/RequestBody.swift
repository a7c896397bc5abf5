internal import Hummingbird
internal import NIOCore

extension ServerConfiguration {
    /// The whole body of a request.
    ///
    /// Throws: `bodyTooLarge`, before reading when the length is stated; `invalidRequest` for a body
    /// that ends early.
    func body(of request: Request) async throws -> ByteBuffer {
        if let stated = request.headers[.contentLength].flatMap({ Int($0) }),
            stated > maximumBodyBytes
        {
            throw bodyTooLarge
        }
        do {
            return try await request.body.collect(upTo: maximumBodyBytes)
        } catch is NIOTooManyBytesError {
            throw bodyTooLarge
        } catch {
            throw ServerError.cutOffBody
        }
    }

    private var bodyTooLarge: ServerError {
        ServerError(
            .bodyTooLarge,
            "request body is larger than \(maximumBodyBytes) bytes; OLLAMA_MAX_BODY raises the limit"
        )
    }
}

extension ServerError {
    /// A body that ends early or is no HTTP; most often its client has gone.
    static var cutOffBody: ServerError {
        ServerError(.invalidRequest, "the request's body ended before it was complete")
    }
}
