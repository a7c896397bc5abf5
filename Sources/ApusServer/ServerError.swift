/// Why the server cannot do something, when no lower part has said so already.
package struct ServerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong; status codes are chosen by this.
    package enum Code: Sendable {
        /// The address to listen on is taken.
        case addressInUse
        /// The address to listen on cannot be listened on.
        case cannotListen
        /// A setting of the environment that cannot be used.
        case invalidConfiguration
        /// A request that lacks something or contradicts itself.
        case invalidRequest
        /// The request's body is larger than allowed.
        case bodyTooLarge
        /// A body in a content coding that cannot be undone here.
        case unsupportedCoding
        /// No memory for what a request needs.
        case outOfMemory
        /// A `Host` or `Origin` that is not served.
        case forbidden
        /// No such model or blob.
        case notFound
        /// Something that Ollama does and this program does not.
        case notImplemented
        /// The client went away.
        case clientGone
        /// The server is ending.
        case stopping
        /// A model that cannot be run.
        case unusableModel
    }

    /// What went wrong.
    package let code: Code
    /// One sentence for people.
    package let message: String

    /// An error of `code` that says `message`.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    package var description: String { message }
}
