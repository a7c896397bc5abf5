internal import ApusConversation
package import ApusDialects
internal import ApusScheduling
internal import ApusStore
package import FoundationEssentials
internal import Hummingbird
internal import Logging

/// What models there are, and which are loaded.
extension OllamaController {
    @Sendable func tags(_ request: Request, _ context: ServerContext) async throws -> Response {
        let library = services.library
        let (listing, cards) = try await library.blocking { store in
            let listing = try store.list()
            return (listing, listing.models.map { library.card(of: $0) })
        }
        for problem in listing.problems {
            context.logger.warning(
                "unreadable model",
                metadata: ["path": "\(problem.path)", "error": "\(problem.error)"]
            )
        }
        let models = zip(listing.models, cards).map { OllamaTags.Model($0, $1) }
        return try Reply.json(OllamaTags(models: models))
    }

    @Sendable func loaded(_ request: Request, _ context: ServerContext) async throws -> Response {
        let now = services.now()
        var models: [OllamaLoaded.Model] = []
        for entry in services.scheduler.loadedModels() {
            let name = entry.specification.name
            let stored = try? await services.library.blocking { try $0.resolve(ModelName(name)) }
            let remaining = entry.expiresIn?.nanoseconds ?? .max
            models.append(
                OllamaLoaded.Model(
                    name: name,
                    size: entry.facts.sizeBytes,
                    digest: stored?.summary.digest ?? "",
                    details: stored.map { OllamaModelDetails($0.config) } ?? OllamaModelDetails(),
                    expiresAt: now.advanced(byNanoseconds: remaining),
                    sizeVRAM: entry.facts.acceleratorBytes,
                    contextLength: entry.facts.contextLength
                )
            )
        }
        return try Reply.json(OllamaLoaded(models: models))
    }

    @Sendable func show(_ request: Request, _ context: ServerContext) async throws -> Response {
        let body = try await decode(OllamaShow.Request.self, from: request)
        let errors = ModelErrors(empty: .required, missing: .listed)
        let name = body.modelName
        let card = try await services.library.model(named: name, errors).card
        let agent = request.headers[.userAgent] ?? ""
        let library = services.library
        var response = try await library.blocking { _ in
            try library.description(of: card, as: body)
        }
        // Copilot shows this as the model's name.
        if agent.hasPrefix("GitHubCopilotChat/") {
            response.modelInfo["general.basename"] = .string(name ?? "")
            response.modelInfo = ModelInformation.sorted(response.modelInfo)
        }
        return try Reply.json(response)
    }
}

extension ModelLibrary {
    /// Everything about a model; blocks on the disk.
    func description(
        of card: ModelCard,
        as body: OllamaShow.Request
    ) throws -> OllamaShow.Response {
        var stored = card.stored
        let ownParameters = stored.parametersText
        if card.template == nil { stored.template = TemplateChoice.none }
        if let system = body.system, !system.isEmpty { stored.system = system }
        for (name, value) in body.options ?? [:] {
            guard let value = ParameterValue(json: value) else { continue }
            stored.parameters[name] = try ParameterTable.checked(name, value)
        }
        let weights = try weights(of: stored)
        let isVerbose = body.verbose ?? false
        var details = OllamaModelDetails(stored.config)
        details.parentModel = stored.parent ?? ""
        (details.contextLength, details.embeddingLength) = (nil, nil)
        var response = OllamaShow.Response(
            details: details,
            modelInfo: try ModelInformation.metadata(of: weights, isVerbose: isVerbose),
            modifiedAt: WireTime(stored.summary.modifiedAt)
        )
        response.license = stored.licenses.joined(separator: "\n").nilIfEmpty
        response.modelfile = stored.modelfileText
        response.parameters = ownParameters.nilIfEmpty
        response.template = (card.template?.text ?? stored.template)?.nilIfEmpty
        response.system = stored.system?.nilIfEmpty
        response.messages = stored.messages.isEmpty ? nil : stored.messages.map(\.json)
        response.tensors = ModelInformation.tensors(of: weights)
        response.capabilities = card.capabilities
        response.requires = stored.config.requires.nilIfEmpty
        if let projector = stored.projectors.first {
            response.projectorInfo = try ModelInformation.metadata(
                of: open(projector),
                isVerbose: isVerbose
            )
        }
        return response
    }
}

extension String {
    /// Nil for the empty text, which Go's encoder leaves out.
    fileprivate var nilIfEmpty: String? { isEmpty ? nil : self }
}

extension OllamaTags.Model {
    /// What a listing says of a model; less without a card, as of weights that cannot be read.
    fileprivate init(_ summary: ModelSummary, _ card: ModelCard?) {
        var details = OllamaModelDetails(summary.config)
        if let card {
            details.parentModel = card.stored.parent ?? ""
            details.contextLength = details.contextLength ?? card.trainContextLength.nilIfZero
            details.embeddingLength = details.embeddingLength ?? card.embeddingLength.nilIfZero
        }
        self.init(
            name: summary.name.shortest,
            modifiedAt: WireTime(summary.modifiedAt),
            size: summary.sizeBytes,
            digest: summary.digest,
            details: details
        )
        capabilities = card?.capabilities
        if !summary.config.remoteHost.isEmpty {
            remoteHost = summary.config.remoteHost
            remoteModel = summary.config.remoteModel
        }
    }
}

extension Int {
    /// Nil for zero, which Go's encoder leaves out.
    fileprivate var nilIfZero: Int64? { self == 0 ? nil : Int64(self) }
}

extension OllamaModelDetails {
    /// What a model's configuration says.
    init(_ config: ModelConfig) {
        self.init()
        format = config.format
        family = config.family
        families = config.families.isEmpty ? nil : config.families
        parameterSize = config.parameterSize
        quantizationLevel = config.quantization
        contextLength = config.contextLength == 0 ? nil : config.contextLength
        embeddingLength = config.embeddingLength == 0 ? nil : config.embeddingLength
    }
}

extension WireTime {
    /// The moment that a date stands for.
    package init(_ date: Date) {
        let seconds = date.timeIntervalSince1970.rounded(.down)
        let fraction = (date.timeIntervalSince1970 - seconds) * 1e9
        self.init(
            seconds: Int64(max(-1e12, min(seconds, 1e12))),
            nanoseconds: Int32(fraction)
        )
    }
}
