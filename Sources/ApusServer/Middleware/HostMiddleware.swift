internal import Hummingbird

/// Refuses requests addressed to somebody else.
struct HostMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    let policy: HostPolicy

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        switch policy.verdict(on: request.head.authority) {
        case .refused:
            let host = request.head.authority ?? ""
            throw ServerError(
                .forbidden,
                "host \"\(host)\" is not allowed; APUS_ALLOWED_HOSTS adds hosts"
            )
        case .name where request.method == .options:
            return Response(status: .noContent)
        case .name, .address:
            return try await next(request, context)
        }
    }
}
