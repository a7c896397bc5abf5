package import ApusConversation
internal import ApusSampling
internal import ApusTokenizers
private import Synchronization

extension InferenceModel {
    /// Turns texts into vectors, as many at a time as the engine takes.
    ///
    /// - Throws: `InferenceError` `promptTooLong` when a text does not fit and may not be cut;
    ///   `brokenLogits` when a vector is not finite.
    package func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult {
        let texts = try request.inputs.map { try tokens(of: $0, truncates: request.truncates) }
        let vectors = try await withThrowingTaskGroup(of: (Int, [Float]).self) { group in
            for (index, tokens) in texts.enumerated() {
                group.addTask { (index, try await self.embed(tokens)) }
            }
            return try await group.reduce(into: Array(repeating: [Float](), count: texts.count)) {
                $0[$1.0] = $1.1
            }
        }
        return EmbeddingResult(vectors: vectors, tokens: texts.reduce(0) { $0 + $1.count })
    }

    private func tokens(of text: String, truncates: Bool) throws -> [Int32] {
        let tokens = tokenizer.encode(text, addSpecial: true, parseSpecial: true)
        guard !tokens.isEmpty else {
            throw InferenceError(.invalidRequest, "An input is empty.", field: .prompt)
        }
        guard tokens.count > contextLength else { return tokens }
        guard truncates else {
            throw InferenceError(
                .promptTooLong,
                "the input length exceeds the context length (\(tokens.count) tokens, limit "
                    + "\(contextLength))"
            )
        }
        let special = tokenizer.special
        guard special.addsEnd, let end = special.end else { return Array(tokens[..<contextLength]) }
        return tokens[..<(contextLength - 1)] + [end]
    }

    private func embed(_ tokens: [Int32]) async throws -> [Float] {
        let box = VectorBox()
        try await run(tokens, .embed(pooling)) { ended in
            EmbeddingListener(box: box, ended: ended)
        }
        return box.vector
    }
}

/// Receives one vector.
private final class VectorBox: Sendable {
    private let stored = Mutex<[Float]>([])

    /// The vector, empty until it is there.
    var vector: [Float] {
        get { stored.withLock { $0 } }
        set { stored.withLock { $0 = newValue } }
    }
}

private final class EmbeddingListener: SequenceListener {
    private let box: VectorBox
    private let ended: @Sendable (Result<Void, any Error>) -> Void

    init(box: VectorBox, ended: @escaping @Sendable (Result<Void, any Error>) -> Void) {
        self.box = box
        self.ended = ended
    }

    func sequenceDidStart(cachedTokens: Int) {}
    func sequence(didSample token: SampledToken) -> Bool { false }
    func sequence(didShift tokens: Int) {}
    func sequence(didEmbed vector: [Float]) { box.vector = vector }

    func sequenceDidEnd(_ ending: SequenceEnding) {
        switch ending {
        case .finished, .length: ended(.success(()))
        case .cancelled: ended(.failure(InferenceError(.cancelled, "request canceled")))
        case .failed(let error): ended(.failure(error))
        }
    }
}
