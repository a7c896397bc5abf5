/// Why a request to a server failed.
package struct ClientError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong.
    package enum Code: Sendable, Equatable {
        /// No server answers at the address.
        case unreachable
        /// The server refused, with this HTTP status.
        case refused(status: Int)
        /// The server failed while it answered.
        case failed
        /// What came is no answer of such a server.
        case unexpectedAnswer
        /// A file to upload cannot be read.
        case unreadableFile
    }

    /// What went wrong.
    package let code: Code
    /// One sentence for people; for `refused` and `failed` the server's own words.
    package let message: String

    /// An error of `code` that says `message`.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    package var description: String { message }
}
