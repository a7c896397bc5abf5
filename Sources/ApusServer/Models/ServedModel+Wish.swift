internal import ApusConversation
internal import ApusDialects
internal import ApusScheduling
internal import ApusStore
internal import Logging

extension ServedModel {
    /// What the scheduler is asked for: the model, loaded as its options under `options` say.
    ///
    /// Throws: `invalidOption`; `unsupported` for a model that names an unknown renderer or parser.
    func wish(
        _ configuration: ServerConfiguration,
        options: JSONObject?,
        keepAlive: OllamaKeepAlive?,
        logger: Logger
    ) throws(DialectError) -> SchedulerRequest {
        if let problem = card.problem, card.capabilities.contains("completion") {
            throw DialectError(.unsupported, problem)
        }
        let merged = try dialect.options(with: options)
        if !merged.unknown.isEmpty {
            logger.warning("invalid options", metadata: ["names": "\(merged.unknown)"])
        }
        if !merged.loading.ineffective.isEmpty {
            logger.debug(
                "options without effect on this machine",
                metadata: ["names": "\(merged.loading.ineffective)"]
            )
        }
        let specification = specification(configuration, merged.loading)
        let tokens =
            (specification.options.contextLength ?? 4096)
            .multipliedReportingOverflow(by: specification.parallelSequences)
        return SchedulerRequest(
            specification: specification,
            keepAlive: keepAlive.map { KeepAlive($0) },
            predictedBytes: card.predictedBytes(
                context: tokens.overflow ? .max : tokens.partialValue
            )
        )
    }

    /// A generation of OpenAI's or Anthropic's API, ready for the runner.
    ///
    /// What agents change on every turn is moved out of the cached prefix, and the template is
    /// there. Ollama's API gets `withTemplate` alone: its prompts stay as clients know them.
    func completed(
        _ request: GenerationRequest,
        _ configuration: ServerConfiguration
    ) -> GenerationRequest {
        var request = withTemplate(request)
        if configuration.movesVolatileText, case .conversation(let conversation) = request.prompt {
            request.prompt = .conversation(conversation.movingVolatileText(VolatileRule.standard))
        }
        return request
    }

    /// A generation, with the model's template where it is not the weights' own, and the name of its
    /// parser where it has one.
    ///
    /// Names that share weights share a runner, so these go with every request.
    func withTemplate(_ request: GenerationRequest) -> GenerationRequest {
        guard case .conversation = request.prompt else { return request }
        var request = request
        let parser = card.stored.config.parser
        if !parser.isEmpty { request.parser = parser }
        if request.template == nil, let template = card.template, !template.isOfWeights {
            request.template = template.text
        }
        return request
    }
}

extension OllamaOptions.Loading {
    /// Names of options that are set and that runners have no use for yet.
    fileprivate var ineffective: [String] {
        [
            ("num_gpu", acceleratedLayers), ("main_gpu", mainAccelerator),
            ("draft_num_predict", draftTokens),
        ].compactMap { $1 == nil ? nil : $0 }
    }
}
