internal import Hummingbird

/// Adds to refusals of all APIs the headers by which a client knows what to do next.
struct RefusalMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        switch response.status.code {
        // Anthropic's API says 529 where others say 503. The SDKs wait this long, in seconds.
        case 429, 503, 529:
            if response.headers[.retryAfter] == nil { response.headers[.retryAfter] = "1" }
        // Which content codings would have been understood (RFC 9110, section 15.5.16); uploads
        // are stored as they come.
        case 415:
            let isUpload = request.uri.path.hasPrefix("/api/blobs/")
            response.headers[.acceptEncoding] = isUpload ? "identity" : ContentCoding.supported
        default: break
        }
        return response
    }
}
