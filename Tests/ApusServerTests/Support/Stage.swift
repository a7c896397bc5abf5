import ApusConversation
import ApusScheduling
import Synchronization

/// Runners that say what a test tells them to, in place of processes with models.
final class Stage: RunnerLauncher, Sendable {
    typealias Act =
        @Sendable (GenerationRequest, @Sendable (GenerationEvent) -> Void) async throws -> Void

    struct Notes {
        var specifications: [ModelSpecification] = []
        var requests: [GenerationRequest] = []
        var embeddings: [EmbeddingRequest] = []
        /// Generations that were ended before they had finished.
        var cancelled = 0
        var finished = 0
    }

    let notes = Mutex(Notes())
    let act: Act
    let capabilities: [String]

    init(_ act: @escaping Act = Stage.hello) {
        self.act = act
        capabilities = ["completion"]
    }

    /// Answers "Hello" in two pieces.
    static let hello: Act = { _, emit in
        emit(.started(PromptUsage(tokens: 20, cachedTokens: 0)))
        emit(.content("Hel"))
        emit(.content("lo"))
        emit(.finished(summary))
    }

    static let summary = GenerationSummary(
        reason: .stop,
        prompt: PromptUsage(tokens: 20, cachedTokens: 0),
        generatedTokens: 2,
        promptNanoseconds: 3,
        generationNanoseconds: 5,
        context: [1, 2, 3]
    )

    func launch(_ specification: ModelSpecification) throws -> any Runner {
        notes.withLock { $0.specifications.append(specification) }
        return Actor(stage: self)
    }

    private final class Actor: Runner {
        let stage: Stage
        private let isOver = Mutex(false)

        init(stage: Stage) { self.stage = stage }

        var hasEnded: Bool { isOver.withLock { $0 } }

        func load(progress: @escaping @Sendable (Double) -> Void) async throws -> ModelFacts {
            ModelFacts(
                contextLength: 2048,
                trainContextLength: 4096,
                parallelSequences: 4,
                embeddingLength: 3,
                capabilities: stage.capabilities,
                mappedBytes: 1000,
                allocatedBytes: 24
            )
        }

        func generate(
            _ request: GenerationRequest
        ) -> AsyncThrowingStream<GenerationEvent, any Error> {
            let stage = stage
            stage.notes.withLock { $0.requests.append(request) }
            let (stream, continuation) = AsyncThrowingStream<GenerationEvent, any Error>
                .makeStream()
            let task = Task {
                do {
                    try await stage.act(request) { continuation.yield($0) }
                    stage.notes.withLock { $0.finished += 1 }
                    continuation.finish()
                } catch {
                    if error is CancellationError { stage.notes.withLock { $0.cancelled += 1 } }
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
            return stream
        }

        func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult {
            stage.notes.withLock { $0.embeddings.append(request) }
            return EmbeddingResult(
                vectors: request.inputs.map { _ in [3, 4, 0] },
                tokens: request.inputs.count
            )
        }

        func tokenize(_ text: String, asPrompt: Bool) async throws -> [Int32] {
            (asPrompt ? [1] : []) + text.utf8.map { Int32($0) }
        }
        func detokenize(_ tokens: [Int32]) async throws -> String {
            String(decoding: tokens.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
        }
        func ping(timeout: Duration) async throws -> RunnerStatus {
            RunnerStatus(activeSequences: 0, queuedSequences: 0)
        }
        func stop() async { isOver.withLock { $0 = true } }
    }
}
