package import ApusConversation

/// The third narrow waist: what a server and a runner say to each other.
///
/// A runner is a child process that owns one model. Its file descriptor 0 is a Unix stream socket
/// that carries frames both ways: four bytes of length, little-endian, then one message as JSON.
/// The first command is `load`. Requests carry an id that the server never uses twice; every one
/// is answered by exactly one final message (`completed`, `embeddings`, `tokens`, `text`, `pong`
/// or `requestFailed`), before which `generate` may send any number of events. A cancelled request
/// may still be answered; the server ignores that. End of file ends the runner at once.
package enum RunnerCommand: Sendable, Equatable, Codable {
    /// Load a model; answered by any number of `loading` and one `loaded` or `failed`.
    case load(ModelSpecification)
    /// Continue a prompt.
    case generate(id: UInt64, request: GenerationRequest)
    /// Turn texts into vectors.
    case embed(id: UInt64, request: EmbeddingRequest)
    /// Turn a text into tokens, special tokens recognised; `asPrompt` adds those that the model wants
    /// around a prompt.
    case tokenize(id: UInt64, text: String, asPrompt: Bool)
    /// Turn tokens into text.
    case detokenize(id: UInt64, tokens: [Int32])
    /// The answer to a request is not wanted any more.
    case cancel(id: UInt64)
    /// Say that you live, and how busy you are.
    case ping(id: UInt64)
    /// End now; requests under way are cut.
    case shutdown
}

/// What a runner says; see `RunnerCommand`.
package enum RunnerMessage: Sendable, Equatable, Codable {
    /// Loading has come this far: 0 to 1.
    case loading(progress: Double)
    /// The model is ready.
    case loaded(ModelFacts)
    /// The model could not be loaded; the runner ends.
    case failed(SchedulingError)
    /// A piece of an answer.
    case event(id: UInt64, event: GenerationEvent)
    /// A generation has come to its end.
    case completed(id: UInt64)
    /// A request could not be answered, or not to its end.
    case requestFailed(id: UInt64, error: SchedulingError)
    /// The answer to `embed`.
    case embeddings(id: UInt64, result: EmbeddingResult)
    /// The answer to `tokenize`.
    case tokens(id: UInt64, tokens: [Int32])
    /// The answer to `detokenize`.
    case text(id: UInt64, text: String)
    /// The answer to `ping`.
    case pong(id: UInt64, status: RunnerStatus)
}
