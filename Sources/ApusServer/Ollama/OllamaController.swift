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
            Route(.post, "/api/tokenize", tokenize), Route(.post, "/api/detokenize", detokenize),
            Route(.get, "/api/tags", tags), Route(.head, "/api/tags", tags),
            Route(.get, "/api/ps", loaded), Route(.post, "/api/show", show),
            Route(.post, "/api/create", create), Route(.post, "/api/copy", copy),
            Route(.delete, "/api/delete", delete), Route(.post, "/api/pull", pull),
            Route(.post, "/api/push", push),
            Route(.head, "/api/blobs/:digest", blobHead),
            Route(.post, "/api/blobs/:digest", blobUpload),
        ]
    }

    /// The body of a request as a value.
    ///
    /// Throws: `bodyTooLarge`, before reading when the length is stated; `DialectError`.
    func decode<Value: Decodable>(_ type: Value.Type, from request: Request) async throws -> Value {
        let body = try await configuration.body(of: request)
        return try OllamaWire.decode(type, from: body.readableBytesView)
    }
}
