internal import ApusChat
internal import ApusConversation
internal import ApusGGUF
internal import ApusInference
internal import ApusModels
internal import ApusSampling
internal import ApusScheduling
internal import ApusTensors
internal import ApusTokenizers

/// Puts the inference engine behind the runner protocol.
struct InferenceBackend: RunnerBackend {
    func load(
        _ specification: ModelSpecification,
        progress: @escaping @Sendable (Double) -> Void
    ) async throws -> any LoadedModel {
        do {
            guard specification.projectors.isEmpty else {
                throw SchedulingError(.unsupportedModel, "projectors are not supported yet")
            }
            var options = ModelOptions()
            options.contextLength = specification.options.contextLength
            options.batchSize = specification.options.batchSize
            options.threads = specification.options.threads
            options.parallelSequences = specification.parallelSequences
            options.template = specification.template
            options.replaysAnswers = specification.options.replaysAnswers
            return InferenceRunner(
                model: try InferenceModel(
                    Self.open(specification.weights),
                    adapters: specification.adapters.map { try GGUFFile(path: $0) },
                    options: options,
                    progress: progress
                ),
                parallelSequences: specification.parallelSequences
            )
        } catch {
            throw SchedulingError(loading: error)
        }
    }

    private static func open(_ weights: ModelSpecification.Weights) throws -> GGUFFile {
        switch weights {
        case .files(let paths): try GGUFFile(paths: paths)
        case .builtIn(let name):
            if let model = BuiltInModels.named(name) {
                try model.open()
            } else {
                throw SchedulingError(.loadFailed, "there is no built-in model '\(name)'")
            }
        }
    }
}

/// A loaded model as the runner protocol sees it.
private struct InferenceRunner: LoadedModel {
    let model: InferenceModel
    let parallelSequences: Int

    var facts: ModelFacts {
        ModelFacts(
            contextLength: model.contextLength,
            trainContextLength: model.trainContextLength,
            parallelSequences: parallelSequences,
            embeddingLength: model.embeddingLength,
            capabilities: model.capabilities,
            mappedBytes: Int64(model.mappedBytes),
            allocatedBytes: Int64(model.cacheBytes)
        )
    }

    func generate(
        _ request: GenerationRequest,
        emit: @escaping @Sendable (GenerationEvent) -> Void
    ) async throws {
        do {
            try await model.generate(request, emit: emit)
        } catch {
            throw SchedulingError(answering: error, format: request.format)
        }
    }

    func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult {
        do {
            return try await model.embed(request)
        } catch {
            throw SchedulingError(answering: error)
        }
    }

    func tokenize(_ text: String, asPrompt: Bool) async throws -> [Int32] {
        model.tokenize(text, asPrompt: asPrompt)
    }

    func detokenize(_ tokens: [Int32]) async throws -> String {
        do {
            return try model.detokenize(tokens)
        } catch {
            throw SchedulingError(answering: error)
        }
    }

    func status() -> RunnerStatus {
        RunnerStatus(activeSequences: model.load.active, queuedSequences: model.load.waiting)
    }
}
