package import ApusConversation

/// Why a model could not be loaded or a request not be served.
package struct InferenceError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    package enum Code: Sendable {
        /// The request contradicts itself or the model.
        case invalidRequest
        /// The prompt has more tokens than the context and may not be cut.
        case promptTooLong
        /// The model or this program lacks what was asked for.
        case unsupported
        /// The system has too little memory.
        case outOfMemory
        /// The client no longer wants the answer.
        case cancelled
        /// The model computed something that is not a number.
        case brokenLogits
    }

    /// The kind of failure.
    package let code: Code
    /// What was wrong, where, and what was expected.
    package let message: String
    /// The part of the request that was wrong, when it is one.
    package let field: GenerationRequest.Field?

    package init(_ code: Code, _ message: String, field: GenerationRequest.Field? = nil) {
        self.code = code
        self.message = message
        self.field = field
    }

    package var description: String { message }
}
