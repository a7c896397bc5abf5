/// Why a registry could not be used.
///
/// `message` is fit for a client: hosts, names and numbers, never tokens, signed links or folders.
package struct RegistryError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong; status codes and retries are chosen by this.
    package enum Code: Sendable, Equatable {
        /// No connection: no such host, nobody listens, the proxy fails, or the other end hung up.
        case unreachable
        /// A certificate that is not trusted, or no TLS at all.
        case untrusted
        /// Plain HTTP where that was not allowed.
        case insecure
        /// An address that must not be connected to.
        case forbiddenAddress
        /// Too many redirects, or one that leads nowhere.
        case badRedirect
        /// The registry answered with this status.
        case refused(status: Int)
        /// There is no such model.
        case notFound
        /// Credentials or a key are missing or not accepted.
        case unauthorized
        /// Nothing, or next to nothing, came for too long.
        case stalled
        /// The content ended early.
        case truncated
        /// The content became another one while it was downloaded.
        case changed
        /// An answer that contradicts the protocol, the manifest or itself.
        case protocolViolation
        /// More than is allowed.
        case tooLarge
        /// Something that exists and this program does not do.
        case unsupported
        /// The signing key cannot be read or made.
        case invalidKey
        /// A setting of the environment that cannot be used.
        case invalidSetting
    }

    /// What went wrong.
    package let code: Code
    /// One sentence for people.
    package let message: String
    /// How long the registry asked to be left alone.
    let retryAfter: Duration?

    /// An error of `code` that says `message`.
    package init(_ code: Code, _ message: String) {
        self.init(code, message, retryAfter: nil)
    }

    init(_ code: Code, _ message: String, retryAfter: Duration?) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    /// The message.
    package var description: String { message }

    /// Whether the same request may succeed a moment later.
    var isPassing: Bool {
        switch code {
        case .unreachable, .stalled, .truncated: true
        case .refused(let status): status >= 500 || status == 408 || status == 429
        default: false
        }
    }
}
