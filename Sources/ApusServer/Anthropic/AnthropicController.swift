internal import ApusDialects
internal import HTTPTypes
internal import Hummingbird
internal import Logging

/// Anthropic's API over the store and the scheduler.
///
/// `GET /v1/models` is shared with OpenAI's API; whoever serves that path calls `models` and `model`
/// for requests that carry `anthropic-version`.
struct AnthropicController: Sendable {
    /// Headers that change nothing and are worth knowing when a client misbehaves.
    private static let loggedHeaders = [
        "anthropic-version", "anthropic-beta", "claude-version", "x-claude-client",
    ]
    /// Methods that are answered in this API's words.
    private static let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete]

    let configuration: ServerConfiguration
    let services: ServerServices
    /// Signs reasoning.
    let seal: AnthropicSeal
    /// A stream that says nothing for so long, or at most twice as long, says `ping`.
    let silence: Duration

    init(
        configuration: ServerConfiguration,
        services: ServerServices,
        seal: AnthropicSeal? = nil,
        silence: Duration = .seconds(7)
    ) {
        self.configuration = configuration
        self.services = services
        self.seal = seal ?? services.seal
        self.silence = silence
    }

    /// The routes; what else is asked for below their path is refused in this API's words.
    var routes: [Route] {
        let served =
            [
                Route(.post, "/v1/messages", messages),
                Route(.post, "/v1/messages/count_tokens", countTokens),
            ] + batchRoutes
        let misused = Dictionary(grouping: served, by: \.path).flatMap { path, routes in
            let known = routes.map(\.method)
            let allow = known.map(\.rawValue).sorted().joined(separator: ", ")
            return Self.methods.filter { !known.contains($0) }.map { method in
                Route(method, path) { request, context in
                    var response = await answer(request, context) { _ in throw Self.wrongMethod }
                    response.headers[.allow] = allow
                    return response
                }
            }
        }
        let unknown = Self.methods.map { method in
            Route(method, "/v1/messages/**") { request, context in
                await answer(request, context) { _ in
                    throw AnthropicError(.notFound, "\(request.uri.path) is not served")
                }
            }
        }
        return served + misused + unknown
    }

    private static let wrongMethod = AnthropicFailureMapping(
        AnthropicError(.invalidRequest, "Method Not Allowed"),
        status: .methodNotAllowed
    )

    /// Answers with what `work` makes, given the request's identifier, or with its error.
    func answer(
        _ request: Request,
        _ context: ServerContext,
        _ work: (_ requestID: String) async throws -> Response
    ) async -> Response {
        let requestID = AnthropicIdentifier.make("req")
        log(request, context, requestID)
        var response: Response
        do {
            response = try await work(requestID)
        } catch {
            let failure = AnthropicFailureMapping(of: error)
            failure.log(to: context.logger, path: request.uri.path, requestID: requestID)
            response = failure.response(requestID: requestID)
        }
        response.headers.set("request-id", requestID)
        return response
    }

    private func log(_ request: Request, _ context: ServerContext, _ requestID: String) {
        var metadata: Logger.Metadata = ["request-id": "\(requestID)"]
        for name in Self.loggedHeaders {
            if let value = request.headers.text(name) { metadata[name] = "\(value.prefix(400))" }
        }
        context.logger.debug("Anthropic request", metadata: metadata)
    }
}

extension HTTPFields {
    /// Sets a header whose name the framework has no word for.
    mutating func set(_ name: String, _ value: String) {
        if let name = HTTPField.Name(name) { self[name] = value }
    }

    /// The value of such a header; those of one that comes several times, with commas between.
    func text(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { self[$0] }
    }
}

/// Identifiers of answers and requests: `msg_01…`, `req_01…`.
enum AnthropicIdentifier {
    private static let letters = Array(
        "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    )

    /// A new identifier that begins with `prefix`.
    static func make(_ prefix: String) -> String {
        let text = (0..<22).compactMap { _ in letters.randomElement() }
        return "\(prefix)_01" + String(text)
    }
}
