internal import ApusChat
package import ApusConversation
internal import ApusSampling
internal import ApusTokenizers
private import Synchronization

extension InferenceModel {
    /// Answers a request, event by event.
    ///
    /// Cancelling the task ends the generation within one step of the engine.
    ///
    /// - `emit`: receives the events in order, on the engine's thread.
    /// - Throws: `ChatError` when the template fails; `GrammarError` for a format that cannot be
    ///   enforced; `InferenceError`; `SamplingError` for options without meaning.
    package func generate(
        _ request: GenerationRequest,
        emit: @escaping @Sendable (GenerationEvent) -> Void
    ) async throws {
        try check(request.sampling.logitBias.keys.sorted(), of: "logit_bias", .logitBias)
        let template = try template(of: request)
        let prompt = try prompt(request, template: template)
        if request.rendersOnly { return emit(.rendered(prompt.text, tokens: prompt.tokens.count)) }
        var parser: OutputParser?
        if case .conversation(let conversation) = request.prompt {
            parser = OutputParser(
                features: template.features,
                conversation: conversation,
                prompt: prompt.text,
                makeID: Self.makeCallID
            )
        }
        let mask = try mask(of: request, prompt: prompt, template: template)
        let sampler = try Sampler(SamplerConfiguration(request.sampling), mask: mask)
        let limits = GenerationLimits(
            tokens: min(request.maximumTokens ?? -1, 10 * contextLength),
            keptTokens: request.shiftsContext
                ? keptTokens(request, count: prompt.tokens.count) : nil
        )
        let markers = parser == nil ? [] : markers(template.features)
        try await run(prompt.tokens, .generate(sampler, limits.orUnlimited(contextLength))) {
            ended in
            GenerationStream(
                prompt,
                request: request,
                tokenizer: self.tokenizer,
                markers: markers,
                parser: parser,
                emit: self.remembering(prompt, markers: markers, emit: emit),
                ended: ended
            )
        }
    }

    /// The special tokens that the parser of an answer has to see as text.
    private func markers(_ features: ChatFeatures) -> Set<Int32> {
        Set(features.markers.compactMap { tokenizer.tokenID(forText: $0) })
    }

    /// Computes a sequence and waits for its end; cancelling the task cancels the sequence.
    func run(
        _ tokens: [Int32],
        _ task: SequenceRequest.Task,
        listener: (@escaping @Sendable (Result<Void, any Error>) -> Void) -> any SequenceListener
    ) async throws {
        let id = Mutex<(id: UInt64?, isCancelled: Bool)>((nil, false))
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let submitted = engine.submit(
                    SequenceRequest(
                        tokens: tokens,
                        task: task,
                        listener: listener { continuation.resume(with: $0) }
                    )
                )
                let isCancelled = id.withLock {
                    $0.id = submitted
                    return $0.isCancelled
                }
                if isCancelled { engine.cancel(submitted) }
            }
        } onCancel: {
            let submitted = id.withLock {
                $0.isCancelled = true
                return $0.id
            }
            if let submitted { engine.cancel(submitted) }
        }
    }

    /// `call_` and eight random letters or digits, as Ollama names calls.
    @Sendable private static func makeCallID() -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        return "call_" + String((0..<8).map { _ in letters[Int.random(in: letters.indices)] })
    }
}

extension GenerationLimits {
    /// These limits, where a negative number of tokens means as many as ten contexts.
    fileprivate func orUnlimited(_ contextLength: Int) -> GenerationLimits {
        GenerationLimits(
            tokens: tokens < 0 ? 10 * contextLength : tokens,
            keptTokens: keptTokens
        )
    }
}

extension SamplerConfiguration {
    /// The options of a request.
    init(_ options: SamplingOptions) {
        self.init()
        temperature = options.temperature
        topK = options.topK
        topP = options.topP
        minP = options.minP
        typicalP = options.typicalP
        repeatLastN = options.repeatLastN
        repeatPenalty = options.repeatPenalty
        presencePenalty = options.presencePenalty
        frequencyPenalty = options.frequencyPenalty
        seed = options.seed
        logitBias = options.logitBias
        logProbabilities = options.logProbabilities
        topLogProbabilities = options.topLogProbabilities
    }
}
