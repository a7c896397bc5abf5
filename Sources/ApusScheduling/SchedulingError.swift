package import ApusConversation

/// Why a model could not be loaded, or a request not be answered.
///
/// It crosses the runner protocol as it is, so a failure in a runner reaches the dialects with its
/// code. Where upstream has a text, `message` is that text.
package struct SchedulingError: Error, Sendable, Equatable, Codable, CustomStringConvertible {
    /// The kinds of failure that callers tell apart, with the HTTP status each stands for.
    package enum Code: String, Sendable, Codable {
        /// Too many requests wait already (503).
        case queueFull
        /// The server is ending (503).
        case stopping
        /// The client went away while it waited (499).
        case cancelled
        /// The request asks for something impossible (400).
        case invalidRequest
        /// The prompt does not fit and may not be cut (400).
        case promptTooLong
        /// The model cannot do what was asked (400).
        case unsupported
        /// The model's files are damaged or missing (500).
        case loadFailed
        /// The model's architecture or format is not known (500).
        case unsupportedModel
        /// There is not enough memory (500).
        case outOfMemory
        /// Loading stood still for too long (500).
        case loadTimedOut
        /// The runner's process ended while it was needed (500).
        case runnerStopped
        /// The runner said something that makes no sense (500).
        case protocolViolation
        /// The client read so slowly that the answer could not be kept for it (500).
        case clientTooSlow
        /// Anything else (500).
        case internalError
    }

    /// What kind of failure it is.
    package let code: Code
    /// One sentence: what was wrong, where, what was expected.
    package let message: String

    /// The part of the request that was wrong, when it is one.
    package let field: GenerationRequest.Field?

    /// A failure with its sentence.
    package init(_ code: Code, _ message: String, field: GenerationRequest.Field? = nil) {
        self.code = code
        self.message = message
        self.field = field
    }

    /// `error` itself when it is one of ours, else an internal error that quotes it.
    package init(wrapping error: any Error) {
        if let error = error as? SchedulingError {
            self = error
        } else if error is CancellationError {
            self = .cancelled
        } else {
            self.init(.internalError, String(describing: error))
        }
    }

    /// The message.
    package var description: String { message }

    static let queueFull = SchedulingError(
        .queueFull,
        "server busy, please try again.  maximum pending requests exceeded"
    )
    static let cancelled = SchedulingError(.cancelled, "request canceled")
    static let unloaded = SchedulingError(
        .runnerStopped,
        "the model was unloaded before the answer was complete"
    )
    static let stopping = SchedulingError(.stopping, "the server is shutting down")

    /// The runner ended while it answered; `detail` is the last error it wrote.
    static func stopped(_ detail: String?) -> SchedulingError {
        let text =
            "model runner has unexpectedly stopped, this may be due to resource limitations or an "
            + "internal error, check ollama server logs for details"
        return SchedulingError(.runnerStopped, detail.map { "\(text): \($0)" } ?? text)
    }
}
