internal import ApusConversation
internal import ApusDialects
internal import ApusScheduling
internal import ApusStore
internal import Hummingbird

/// What models there are.
extension AnthropicController {
    private static let modelsPath = "/v1/models/"

    @Sendable func models(_ request: Request, _ context: ServerContext) async -> Response {
        await answer(request, context) { _ in
            let query = try AnthropicPageQuery(of: request)
            let listing = try await services.library.blocking { try $0.list() }
            let page = try AnthropicPage(of: listing.models, query: query) { $0.name.shortest }
            var descriptions: [String: JSONValue] = [:]
            for summary in page.data {
                descriptions[summary.name.shortest] = await description(of: summary).json
            }
            let json = page.json { descriptions[$0.name.shortest] ?? .null }
            return Reply.json(bytes: JSONSerializer().bytes(json))
        }
    }

    /// One model; its name is the rest of the path, slashes and all.
    @Sendable func model(_ request: Request, _ context: ServerContext) async -> Response {
        await answer(request, context) { _ in
            let name = request.uri.path.dropFirst(Self.modelsPath.count).withoutPercentEncoding
            let stored = try await model(named: name).card.stored
            let json = await description(of: stored.summary).json
            return Reply.json(bytes: JSONSerializer().bytes(json))
        }
    }

    /// The model that a request names.
    ///
    /// Throws: `AnthropicError` for a name that is no model's; what `ModelLibrary.card` throws.
    func model(named name: String) async throws -> ServedModel {
        let errors = ModelErrors(empty: .notFound, missing: .plain)
        do {
            return try await services.library.model(named: name, errors)
        } catch let error as ServerError
            where error.code == .notFound || error.code == .invalidRequest
        {
            throw AnthropicError.modelNotFound(name)
        }
    }

    /// A model as this API describes it; one that cannot be read is described by its configuration.
    private func description(of summary: ModelSummary) async -> AnthropicModel {
        let name = summary.name.shortest
        let card = try? await services.library.card(of: summary.name)
        let trained = card?.trainContextLength ?? Int(clamping: summary.config.contextLength)
        var length = trained > 0 ? trained : nil
        if let card {
            let model = ServedModel(name: name, card: card)
            let loaded = services.scheduler.loadedModels().first { $0.specification.name == name }
            let loading = try? model.dialect.options(with: nil).loading
            let specification = model.specification(configuration, loading ?? .init())
            length = loaded?.facts.contextLength ?? specification.options.contextLength ?? length
        }
        return AnthropicModel(
            id: name,
            createdAt: WireTime(summary.modifiedAt),
            capabilities: card?.capabilities ?? summary.config.capabilities,
            contextLength: length
        )
    }
}

extension AnthropicPageQuery {
    /// The part of a list that a request asks for.
    ///
    /// Throws: `invalidValue`.
    init(of request: Request) throws(DialectError) {
        let parameters = request.uri.queryParameters.map { (String($0.key), String($0.value)) }
        try self.init(Dictionary(parameters, uniquingKeysWith: { $1 }))
    }
}
