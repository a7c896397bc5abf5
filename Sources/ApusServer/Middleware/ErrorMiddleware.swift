internal import Hummingbird
internal import Logging

/// Turns whatever was thrown into an answer; nothing escapes to the framework.
struct ErrorMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            return Reply.text("404 page not found", status: .notFound)
        } catch {
            let failure = OllamaFailureMapping(error)
            if failure.status.code >= 500 {
                context.logger.error(
                    "request failed",
                    metadata: ["path": "\(request.uri.path)", "error": "\(failure.logText)"]
                )
            }
            return try Reply.json(failure.body, status: failure.status)
        }
    }
}
