internal import ApusDialects
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
        } catch  where request.isOfAnthropic {
            return Self.anthropicResponse(for: error, request, context)
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

    /// What Anthropic's clients are told of errors outside their controller.
    private static func anthropicResponse(
        for error: any Error,
        _ request: Request,
        _ context: Context
    ) -> Response {
        let requestID = AnthropicIdentifier.make("req")
        var failure = AnthropicFailureMapping(of: error)
        if let error = error as? HTTPError, error.status == .notFound {
            failure = .init(AnthropicError(.notFound, "\(request.uri.path) is not served"))
        }
        failure.log(to: context.logger, path: request.uri.path, requestID: requestID)
        var response = failure.response(requestID: requestID)
        response.headers.set("request-id", requestID)
        return response
    }
}
