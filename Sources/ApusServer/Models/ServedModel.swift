internal import ApusConversation
internal import ApusDialects
internal import ApusScheduling
internal import ApusStore

/// A model as a request names it, ready to be turned into work.
struct ServedModel: Sendable {
    /// The name as the client wrote it.
    let name: String
    /// What is known of it.
    let card: ModelCard
    /// What a dialect must know of it.
    let dialect: OllamaModel

    init(name: String, card: ModelCard) {
        self.name = name
        self.card = card
        let stored = card.stored
        dialect = OllamaModel(
            name: name,
            fullName: stored.name.description,
            family: stored.config.family.isEmpty ? card.architecture : stored.config.family,
            capabilities: card.capabilities,
            system: stored.system,
            messages: stored.messages.map { Message($0) },
            options: JSONObject(
                stored.parameters.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) }
            )
        )
    }

    /// How the model is to be loaded.
    ///
    /// The context length is, in this order, the request's or model's, the configuration's, or left
    /// to the runner; never more than the model was trained for.
    func specification(
        _ configuration: ServerConfiguration,
        _ loading: OllamaOptions.Loading
    ) -> ModelSpecification {
        let weights: ModelSpecification.Weights =
            switch card.stored.weights.first?.location {
            case .builtIn(let name)?: .builtIn(name: name.shortest)
            case .file?, nil: .files(paths: card.stored.weightsPaths)
            }
        let own = card.template.flatMap { $0.isOfWeights ? nil : $0 }
        var context = loading.contextLength
        if context == nil, configuration.contextLength > 0 { context = configuration.contextLength }
        if let asked = context {
            let limit = card.trainContextLength > 0 ? card.trainContextLength : asked
            context = min(max(asked, 4), max(limit, 4))
        }
        return ModelSpecification(
            name: card.stored.name.shortest,
            weights: weights,
            adapters: card.stored.adapters.map(\.path),
            projectors: card.stored.projectors.map(\.path),
            template: own?.text,
            templateLanguage: own?.language,
            options: RunnerOptions(
                contextLength: context,
                contextIsAutomatic: context == nil,
                batchSize: loading.batchSize.flatMap { $0 > 0 ? $0 : nil },
                threads: loading.threads.flatMap { $0 > 0 ? $0 : nil },
                usesMemoryMap: loading.mapsWeights,
                replaysAnswers: configuration.replaysAnswers
            ),
            parallelSequences: card.capabilities.contains("completion")
                ? configuration.parallelSequences : 1
        )
    }

    /// What the engine is asked for.
    ///
    /// Throws: `DialectError`.
    func generation(for body: some OllamaRequest) throws -> GenerationRequest {
        withTemplate(try body.generation(for: dialect))
    }
}

/// How a route words that a model is not named or not there; Ollama's routes differ.
struct ModelErrors: Sendable {
    /// What no name at all means.
    enum Empty: Sendable {
        /// A model without a name is not found.
        case notFound
        /// A name is required.
        case required
    }

    /// How an unknown model is quoted.
    enum Missing: Sendable {
        /// `model 'x' not found`.
        case plain
        /// `model 'x:latest' not found`: the name as listings show it.
        case listed
        /// `model "x" not found`.
        case quoted
        /// `model "x" not found, try pulling it first`.
        case pull
    }

    let empty: Empty
    let missing: Missing

    func notFound(_ name: String) -> ServerError {
        switch missing {
        case .plain, .listed: ServerError(.notFound, "model '\(name)' not found")
        case .quoted: ServerError(.notFound, "model \"\(name)\" not found")
        case .pull: ServerError(.notFound, "model \"\(name)\" not found, try pulling it first")
        }
    }
}

extension ModelLibrary {
    /// The model that a request names.
    ///
    /// Throws: `ServerError` in the words of the route; what `card` throws.
    func model(named name: String?, _ errors: ModelErrors) async throws -> ServedModel {
        let reference = try reference(to: name, errors)
        do {
            return ServedModel(name: reference.text, card: try await card(of: reference.name))
        } catch let error as StoreError where error.code == .notFound {
            let isListed = errors.missing == .listed
            throw errors.notFound(isListed ? reference.name.shortest : reference.text)
        }
    }

    /// The name that a request gives.
    func reference(to name: String?, _ errors: ModelErrors) throws(ServerError) -> ModelReference {
        guard let name, !name.isEmpty else {
            switch errors.empty {
            case .notFound: throw ServerError(.notFound, "model '' not found")
            case .required: throw ServerError(.invalidRequest, "model is required")
            }
        }
        return try ModelReference(name)
    }
}

extension Message {
    /// A message of a model, with its calls of tools and reasoning where it has any.
    fileprivate init(_ stored: StoredMessage) {
        let known = try? JSONValueDecoder().decode(
            OllamaMessage.self,
            from: .object(stored.json)
        )
        self = known?.message ?? Message(role: stored.role, content: stored.content)
    }
}
