internal import ApusDialects
internal import Hummingbird
internal import NIOCore

/// The native API: Ollama's routes over the store and the scheduler.
struct OllamaController: Sendable {
    let configuration: ServerConfiguration
    let services: ServerServices

    /// The routes.
    var routes: [Route] {
        [
            Route(.post, "/api/generate", generate), Route(.post, "/api/chat", chat),
            Route(.post, "/api/embed", embed), Route(.post, "/api/embeddings", embeddings),
            Route(.get, "/api/tags", tags), Route(.head, "/api/tags", tags),
            Route(.get, "/api/ps", loaded), Route(.post, "/api/show", show),
            Route(.post, "/api/create", create), Route(.post, "/api/copy", copy),
            Route(.delete, "/api/delete", delete),
            Route(.head, "/api/blobs/:digest", blobHead),
            Route(.post, "/api/blobs/:digest", blobUpload),
        ]
    }

    /// The body of a request as a value.
    ///
    /// Throws: `bodyTooLarge`, before reading when the length is stated; `DialectError`.
    func decode<Value: Decodable>(_ type: Value.Type, from request: Request) async throws -> Value {
        let limit = configuration.maximumBodyBytes
        if let stated = request.headers[.contentLength].flatMap({ Int($0) }), stated > limit {
            throw tooLarge
        }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        } catch {
            throw Self.cutOff
        }
        return try OllamaWire.decode(type, from: body.readableBytesView)
    }

    /// A body that ends early or is no HTTP; most often its client has gone.
    static var cutOff: ServerError {
        ServerError(.invalidRequest, "the request's body ended before it was complete")
    }

    private var tooLarge: ServerError {
        ServerError(
            .bodyTooLarge,
            "request body is larger than \(configuration.maximumBodyBytes) bytes; OLLAMA_MAX_BODY "
                + "raises the limit"
        )
    }
}
