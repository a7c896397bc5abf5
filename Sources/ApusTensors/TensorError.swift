/// Why memory for tensors could not be had, or a tensor cannot be computed with.
package struct TensorError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    package enum Code: Sendable {
        /// The system refused memory.
        case outOfMemory
        /// The backend has no code for a tensor's block format.
        case unsupportedFormat
        /// A tensor's shape is not what the operation needs.
        case badShape
    }

    /// The kind of failure.
    package let code: Code
    /// What was wrong, where, and what was expected.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
