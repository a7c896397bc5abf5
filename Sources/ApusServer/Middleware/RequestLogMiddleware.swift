internal import Hummingbird
internal import Logging

/// One line for every request: method, path, status, time to the first byte of the answer.
struct RequestLogMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        let milliseconds = context.elapsedNanoseconds / 1_000_000
        context.logger.info(
            "request",
            metadata: [
                "method": "\(request.method)", "path": "\(request.uri.path)",
                "status": "\(response.status.code)", "milliseconds": "\(milliseconds)",
            ]
        )
        return response
    }
}
