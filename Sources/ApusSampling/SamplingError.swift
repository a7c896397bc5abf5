/// Why no token could be chosen.
package struct SamplingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    package enum Code: Sendable, Equatable {
        /// An option has a value without meaning.
        case invalidOption
        /// Every token is masked, or has a logit of minus infinity or NaN.
        case noCandidate
    }

    /// What kind of failure it is.
    package let code: Code
    /// One sentence: what was wrong, where, what was expected.
    package let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    package var description: String { message }
}
