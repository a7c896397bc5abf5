package import ApusDialects
internal import AsyncHTTPClient
internal import NIOHTTP1

extension ApusClient {
    /// Whether a server answers.
    ///
    /// Throws: `unreachable` when none does.
    package func heartbeat() async throws { try await discard(try await send(.HEAD, "/")) }

    /// The version that the server reports.
    package func version() async throws -> String {
        let response = try await send(.GET, "/api/version")
        return try await decode(OllamaVersion.self, from: response).version
    }

    /// The models of the store, the latest first.
    package func models() async throws -> [OllamaTags.Model] {
        let response = try await send(.GET, "/api/tags")
        return try await decode(OllamaTags.self, from: response).models
    }

    /// The models that are loaded, those that stay longest first.
    package func loadedModels() async throws -> [OllamaLoaded.Model] {
        let response = try await send(.GET, "/api/ps")
        return try await decode(OllamaLoaded.self, from: response).models
    }

    /// Everything about a model.
    package func show(_ request: OllamaShow.Request) async throws -> OllamaShow.Response {
        let response = try await send(.POST, "/api/show", value: request)
        return try await decode(OllamaShow.Response.self, from: response)
    }

    /// Makes a model; the last line of progress is `success`.
    package func create(_ request: OllamaCreate) async throws -> FrameStream<OllamaProgress> {
        var request = request
        request.stream = true
        return FrameStream(try await send(.POST, "/api/create", value: request))
    }

    /// Downloads a model; the last line of progress is `success`.
    package func pull(_ request: OllamaTransfer) async throws -> FrameStream<OllamaProgress> {
        var request = request
        request.stream = true
        return FrameStream(try await send(.POST, "/api/pull", value: request))
    }

    /// Uploads a model; the last line of progress is `success`.
    package func push(_ request: OllamaTransfer) async throws -> FrameStream<OllamaProgress> {
        var request = request
        request.stream = true
        return FrameStream(try await send(.POST, "/api/push", value: request))
    }

    /// Gives a model a second name.
    package func copy(_ source: String, to destination: String) async throws {
        let request = OllamaCopy(source: source, destination: destination)
        try await discard(try await send(.POST, "/api/copy", value: request))
    }

    /// Removes a model.
    package func delete(_ model: String) async throws {
        try await discard(
            try await send(.DELETE, "/api/delete", value: OllamaDelete(model: model))
        )
    }
}
