package import ApusConversation
internal import Synchronization

/// The right to use a loaded model for one request.
///
/// The model stays loaded and one of its places taken until `release`, or until nobody holds the
/// lease any more; keep it as long as the answer is being sent.
package final class Lease: Sendable {
    /// What the runner said about the model.
    package let facts: ModelFacts
    private let runner: any Runner
    private let identifier: UInt64
    private let scheduler: Scheduler
    /// Fires when somebody else needs the place of background work; nil for other work.
    private let wanted: CancellationSignal?
    private let isReleased = Mutex(false)

    init(
        facts: ModelFacts,
        runner: any Runner,
        identifier: UInt64,
        scheduler: Scheduler,
        wanted: CancellationSignal? = nil
    ) {
        self.facts = facts
        self.runner = runner
        self.identifier = identifier
        self.scheduler = scheduler
        self.wanted = wanted
    }

    deinit { release() }

    /// Continues a prompt; ending or dropping the iteration cancels the work in the runner.
    package func generate(
        _ request: GenerationRequest
    ) -> AsyncThrowingStream<GenerationEvent, any Error> {
        runner.generate(request)
    }

    /// Turns texts into vectors.
    package func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult {
        try await runner.embed(request)
    }

    /// Turns a text into tokens, special tokens recognised; `asPrompt` adds those that the model
    /// wants around a prompt.
    package func tokenize(_ text: String, asPrompt: Bool = false) async throws -> [Int32] {
        try await runner.tokenize(text, asPrompt: asPrompt)
    }

    /// Turns tokens into text.
    package func detokenize(_ tokens: [Int32]) async throws -> String {
        try await runner.detokenize(tokens)
    }

    /// Does background work; ends it and returns nil when somebody else needs the place.
    ///
    /// To be called once. Other work is never ended.
    package func untilWanted<Value: Sendable>(
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        guard let wanted else { return try await work() }
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                await wanted.wait()
                return nil
            }
            group.addTask { try await work() }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    /// Gives the place back; further calls do nothing.
    package func release() {
        let isFirst = isReleased.withLock { isReleased in
            defer { isReleased = true }
            return !isReleased
        }
        if isFirst { scheduler.release(identifier, background: wanted) }
    }
}
