internal import ApusDialects
internal import Hummingbird

/// Answers in OpenAI's shape what no route under `/v1/` answers.
///
/// Requests of Anthropic's clients, which say so in a header, are left to others.
struct OpenAIPathMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError
            where error.status == .notFound && request.uri.path.hasPrefix("/v1/")
            && !request.isOfAnthropic
        {
            let method = request.method.rawValue
            let error = OpenAIError.unknownURL(method, request.uri.path)
            var response = OpenAIFailureMapping(error).response
            response.headers.set("x-request-id", OpenAIController.requestIdentifier())
            return response
        }
    }
}

extension Request {
    /// Whether a client of Anthropic's API sent this.
    var isOfAnthropic: Bool {
        headers.text("anthropic-version") != nil || uri.path.hasPrefix("/v1/messages")
    }
}
