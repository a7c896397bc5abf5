internal import ApusConversation
internal import ApusDialects
internal import Hummingbird

/// Routes that need nothing but the configuration.
struct GeneralController: Sendable {
    let configuration: ServerConfiguration

    /// The routes.
    var routes: [Route] {
        [
            Route(.get, "/") { _, _ in Reply.text("Ollama is running") },
            Route(.head, "/") { _, _ in Reply.text("Ollama is running") },
            Route(.get, "/api/version") { _, _ in try version() },
            Route(.head, "/api/version") { _, _ in try version() },
            Route(.get, "/api/status") { _, _ in try Reply.json(Self.status) },
            Route(.get, "/openapi.yaml") { _, _ in Reply.yaml(OpenAPIDocument.bytes) },
            Route(.head, "/openapi.yaml") { _, _ in Reply.yaml(OpenAPIDocument.bytes) },
        ]
    }

    private func version() throws -> Response {
        try Reply.json(OllamaVersion(version: configuration.reportedVersion))
    }

    /// Models never run on Ollama's servers here.
    private static let status: JSONValue = ["cloud": ["disabled": true, "source": "config"]]
}
