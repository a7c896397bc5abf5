/// How a model is set up for inference.
package struct ModelOptions: Sendable {
    /// Positions of one sequence; nil for 4,096 or what the model was trained for, if less.
    package var contextLength: Int?
    /// Rows of a step at most; nil for 512.
    package var batchSize: Int?
    /// Threads that compute; nil for one a processor.
    package var threads: Int?
    /// Sequences that are computed at the same time.
    package var parallelSequences = 1
    /// Chat template that replaces the file's own.
    package var template: String?
    /// Whether answers that come back in a conversation become the tokens that were sampled.
    package var replaysAnswers = true

    /// Everything as the model suggests.
    package init() {}
}
