/// Why a request of a client cannot be turned into work.
///
/// The message is written for the client and is what its API answers with.
package struct DialectError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong; the server chooses the status code by this.
    package enum Code: Sendable {
        /// A body is needed and none came.
        case missingBody
        /// The body is no JSON, or a field has the wrong type.
        case malformedBody
        /// A field has a value that it cannot have.
        case invalidValue
        /// A model option has a value of the wrong type.
        case invalidOption
        /// The requested output format is none.
        case invalidFormat
        /// The model cannot do what is asked.
        case missingCapability
        /// The request asks for something that this program does not do.
        case unsupported
        /// The model answered with something the client cannot be given.
        case invalidResult
    }

    /// What went wrong.
    package let code: Code
    /// One sentence for the client.
    package let message: String

    /// An error of `code` that says `message`.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    package var description: String { message }
}
