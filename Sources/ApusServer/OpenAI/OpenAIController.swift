internal import ApusConversation
internal import ApusDialects
internal import ApusScheduling
internal import ApusStore
internal import HTTPTypes
internal import Hummingbird
internal import Logging

/// OpenAI's API over the store and the scheduler.
struct OpenAIController: Sendable {
    let configuration: ServerConfiguration
    let services: ServerServices
    /// Answers questions for models that Anthropic's clients ask.
    let anthropic: AnthropicController
    /// Responses that clients can come back to.
    let responses = ResponseMemory()
    /// Responses that are being made although nobody may wait for them.
    let background = BackgroundResponses()

    /// The routes; other methods of their paths are refused in OpenAI's words.
    var routes: [Route] {
        let served =
            generationRoutes + modelRoutes + tokenRoutes + responseRoutes + conversationRoutes
        var refused: [Route] = []
        for (path, group) in Dictionary(grouping: served, by: \.path) {
            let allow = group.map(\.method.rawValue).sorted().joined(separator: ", ")
            for method in Self.methods where !group.contains(where: { $0.method == method }) {
                refused.append(
                    route(method, path) { request, context in
                        var response = refuse(
                            OpenAIError.wrongMethod(method.rawValue, request.uri.path),
                            request,
                            context
                        )
                        response.headers[.allow] = allow
                        return response
                    }
                )
            }
        }
        return served + refused
    }

    private static let methods: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .patch, .delete, .options,
    ]

    private var generationRoutes: [Route] {
        [
            route(.post, "/v1/chat/completions", about: "messages", chat),
            route(.post, "/v1/completions", about: "prompt", complete),
            route(.post, "/v1/embeddings", about: "input", embed),
            route(.post, "/v1/rerank", about: "documents", rerank),
            route(.post, "/v2/rerank", about: "documents", rerank),
            route(.post, "/rerank", about: "documents", rerank),
        ]
    }

    private var tokenRoutes: [Route] {
        [
            route(.post, "/tokenize", about: "messages", tokenize),
            route(.post, "/detokenize", about: "tokens", detokenize),
        ]
    }

    private var modelRoutes: [Route] {
        [
            route(.get, "/v1/models", models), route(.get, "/v1/models/**", model),
            route(.delete, "/v1/models/**", deleteModel),
        ]
    }

    private var responseRoutes: [Route] {
        [
            route(.post, "/v1/responses", about: "input", respond),
            route(.post, "/v1/responses/input_tokens", about: "input", countInput),
            route(.post, "/v1/responses/compact") { request, _ in
                throw OpenAIError.unknownURL("POST", request.uri.path)
            },
            route(.get, "/v1/responses/:id", retrieve),
            route(.delete, "/v1/responses/:id", deleteResponse),
            route(.post, "/v1/responses/:id/cancel", cancel),
            route(.get, "/v1/responses/:id/input_items", inputItems),
        ]
    }

    private var conversationRoutes: [Route] {
        let path = "/v1/conversations"
        return [
            route(.post, path, createConversation), route(.get, path + "/:id", conversation),
            route(.post, path + "/:id", updateConversation),
            route(.delete, path + "/:id", deleteConversation),
            route(.post, path + "/:id/items", addItems), route(.get, path + "/:id/items", items),
            route(.get, path + "/:id/items/:item", item),
            route(.delete, path + "/:id/items/:item", deleteItem),
        ]
    }

    /// A route whose errors are answered in OpenAI's shape; `field` carries the prompt.
    private func route(
        _ method: HTTPRequest.Method,
        _ path: String,
        about field: String? = nil,
        _ handler: @escaping Route.Handler
    ) -> Route {
        Route(method, path) { request, context in
            var response: Response
            do {
                response = try await handler(request, context)
            } catch {
                response = refuse(error, about: field, request, context)
            }
            response.headers.set("x-request-id", Self.requestIdentifier())
            return response
        }
    }

    /// The answer for an error.
    private func refuse(
        _ error: any Error,
        about field: String? = nil,
        _ request: Request,
        _ context: ServerContext
    ) -> Response {
        let failure = OpenAIFailureMapping(error, about: field)
        failure.log(to: context.logger, path: request.uri.path)
        return failure.response
    }

    // MARK: - What handlers share

    /// The object that a request's body is.
    ///
    /// Throws: `bodyTooLarge`; `OpenAIError`.
    func object(of request: Request) async throws -> JSONObject {
        let body = try await configuration.body(of: request)
        return try OpenAIWire.body(body.readableBytesView)
    }

    /// The model that a request names.
    ///
    /// Throws: `modelNotFound`; what `ModelLibrary` throws.
    func model(named name: String) async throws -> ServedModel {
        let errors = ModelErrors(empty: .required, missing: .plain)
        do {
            return try await services.library.model(named: name, errors)
        } catch let error as ServerError where error.isUnknownModel(name) {
            throw OpenAIError.modelNotFound(name)
        }
    }

    /// What the scheduler is asked for.
    ///
    /// Throws: `OpenAIError` for options of the wrong type.
    func wish(
        for model: ServedModel,
        _ options: JSONObject?,
        _ keepAlive: OllamaKeepAlive?,
        _ context: ServerContext
    ) throws(OpenAIError) -> SchedulerRequest {
        do {
            return try model.wish(
                configuration,
                options: options,
                keepAlive: keepAlive,
                logger: context.logger
            )
        } catch {
            throw OpenAIError(error, param: "options")
        }
    }

    /// Logs members of a request that have no effect.
    func note(_ unknown: [String], _ context: ServerContext) {
        if unknown.isEmpty { return }
        context.logger.debug("fields without effect", metadata: ["names": "\(unknown)"])
    }

    /// What the frames of an answer of `model` say alike.
    func envelope(for model: ServedModel) -> OpenAIEnvelope {
        OpenAIEnvelope(
            id: Self.identifier(),
            created: services.now().seconds,
            model: model.name,
            fingerprint: "fp_" + model.card.stored.summary.digest.prefix(12)
        )
    }

    /// What the SDKs call a request by.
    static func requestIdentifier() -> String { "req_" + identifier() }

    /// 128 random bits in hexadecimal.
    static func identifier() -> String {
        (0..<2).map { _ in
            let digits = String(UInt64.random(in: .min ... .max), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

extension ServerError {
    /// Whether this says that nothing in the store has the name `name`, or ever can.
    func isUnknownModel(_ name: String) -> Bool {
        code == .notFound || (code == .invalidRequest && !name.isEmpty)
    }
}
