package import ApusConversation

/// A loaded, or loading, model as its users see it.
///
/// `RunnerProcess` is the one that people run; tests have others.
package protocol Runner: Sendable {
    /// Whether it can answer no more, because it was stopped or died.
    var hasEnded: Bool { get }
    /// Loads the model; called once, before anything else.
    ///
    /// Throws: `SchedulingError`; the runner is of no use then, and `stop` is still to be called.
    func load(progress: @escaping @Sendable (Double) -> Void) async throws -> ModelFacts
    /// Generates; ending or dropping the iteration cancels the work.
    func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error>
    /// Turns texts into vectors.
    func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult
    /// Turns a text into tokens, special tokens recognised; `asPrompt` adds those that the model
    /// wants around a prompt.
    func tokenize(_ text: String, asPrompt: Bool) async throws -> [Int32]
    /// Turns tokens into text.
    func detokenize(_ tokens: [Int32]) async throws -> String
    /// Asks for a sign of life within `timeout`.
    func ping(timeout: Duration) async throws -> RunnerStatus
    /// Ends the runner and returns when all it held is free; loading and requests fail.
    ///
    /// Takes a bounded time, can be called again, and does not stop early when its task is
    /// cancelled.
    func stop() async
}

/// Starts runners.
package protocol RunnerLauncher: Sendable {
    /// A runner for a model, ready for `load`.
    ///
    /// Throws: `SchedulingError` when none can be started.
    func launch(_ specification: ModelSpecification) throws -> any Runner
}
