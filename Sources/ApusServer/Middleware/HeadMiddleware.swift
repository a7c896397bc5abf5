internal import Hummingbird

/// Takes the body from every answer to HEAD, errors included.
///
/// Bytes after such an answer would be taken for the beginning of the next one.
struct HeadMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        return request.method == .head ? response.createHeadResponse() : response
    }
}
