package import ApusConversation

/// What computes inside a runner; the executable brings one.
package protocol RunnerBackend: Sendable {
    /// Loads a model; `progress` is called with fractions from 0 to 1 from any thread.
    ///
    /// Throws: `SchedulingError` to choose the code; others become internal errors.
    func load(
        _ specification: ModelSpecification,
        progress: @escaping @Sendable (Double) -> Void
    ) async throws -> any LoadedModel
}

/// A model that answers requests, several at a time.
///
/// Cancellation of the task means that nobody wants the answer any more. Errors are treated as
/// those of `RunnerBackend.load`.
package protocol LoadedModel: Sendable {
    /// What the server must know about the model.
    var facts: ModelFacts { get }
    /// Generates and returns when done; `emit` is called from one thread at a time, and waits
    /// when the server does not read.
    func generate(
        _ request: GenerationRequest,
        emit: @escaping @Sendable (GenerationEvent) -> Void
    ) async throws
    /// Turns texts into vectors.
    func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult
    /// Turns a text into tokens, special tokens recognised; `asPrompt` adds those that the model
    /// wants around a prompt.
    func tokenize(_ text: String, asPrompt: Bool) async throws -> [Int32]
    /// Turns tokens into text.
    func detokenize(_ tokens: [Int32]) async throws -> String
    /// How busy the model is; quick, and called from any thread.
    func status() -> RunnerStatus
}
