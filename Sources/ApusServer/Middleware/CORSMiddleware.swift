internal import HTTPTypes
internal import Hummingbird

/// Answers the questions of browsers, and refuses pages that may not call.
///
/// Requests without `Origin`, or from a page of this very server, pass as they are.
struct CORSMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    private static let headers = [
        "Authorization", "Content-Type", "User-Agent", "Accept", "X-Requested-With", "OpenAI-Beta",
        "anthropic-beta", "anthropic-dangerous-direct-browser-access", "anthropic-version",
        "x-api-key", "x-stainless-arch", "x-stainless-async", "x-stainless-custom-poll-interval",
        "x-stainless-helper-method", "x-stainless-lang", "x-stainless-os",
        "x-stainless-package-version", "x-stainless-poll-helper", "x-stainless-retry-count",
        "x-stainless-runtime", "x-stainless-runtime-version", "x-stainless-timeout",
    ].joined(separator: ",")

    let policy: OriginPolicy

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard let origin = request.headers[.origin], !isSame(origin, request.head.authority) else {
            return try await next(request, context)
        }
        guard policy.allows(origin) else {
            let failure = OllamaFailureMapping(
                ServerError(
                    .forbidden,
                    "origin \"\(origin)\" is not allowed; OLLAMA_ORIGINS adds origins"
                )
            )
            return try Reply.json(failure.body, status: failure.status)
        }
        var response: Response
        if request.method == .options {
            response = Response(status: .noContent)
            response.headers[.accessControlAllowMethods] = "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS"
            response.headers[.accessControlAllowHeaders] = Self.headers
            response.headers[.accessControlMaxAge] = "43200"
        } else {
            response = try await next(request, context)
        }
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.vary] = "Origin"
        return response
    }

    private func isSame(_ origin: String, _ host: String?) -> Bool {
        guard let host else { return false }
        return origin == "http://\(host)" || origin == "https://\(host)"
    }
}
