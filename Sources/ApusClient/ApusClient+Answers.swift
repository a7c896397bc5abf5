package import ApusDialects
internal import NIOHTTP1

extension ApusClient {
    /// Completes a prompt, piece by piece, whatever `request.stream` says.
    package func generate(
        _ request: OllamaGenerate.Request
    ) async throws -> FrameStream<OllamaGenerate.Response> {
        var request = request
        request.stream = true
        return FrameStream(try await send(.POST, "/api/generate", value: request))
    }

    /// Goes on with a conversation, piece by piece, whatever `request.stream` says.
    package func chat(
        _ request: OllamaChat.Request
    ) async throws -> FrameStream<OllamaChat.Response> {
        var request = request
        request.stream = true
        return FrameStream(try await send(.POST, "/api/chat", value: request))
    }

    /// Loads a model, so that the next request does not wait.
    package func load(_ model: String, keepAlive: OllamaKeepAlive? = nil) async throws {
        var request = OllamaGenerate.Request(model: model)
        request.keepAlive = keepAlive
        try await discard(try await send(.POST, "/api/generate", value: request))
    }

    /// Unloads a model.
    package func unload(_ model: String) async throws {
        try await load(model, keepAlive: .nanoseconds(0))
    }

    /// Vectors for texts.
    package func embed(_ request: OllamaEmbed.Request) async throws -> OllamaEmbed.Response {
        let response = try await send(.POST, "/api/embed", value: request)
        return try await decode(OllamaEmbed.Response.self, from: response)
    }
}
