internal import ApusConversation
internal import ApusDialects
internal import ApusGGUF
internal import ApusScheduling
internal import ApusStore
internal import HTTPTypes
internal import Hummingbird
internal import Logging

/// How Anthropic's API answers an error.
///
/// Decided by the errors' codes alone; only the two lengths of a prompt that does not fit are taken
/// from the text, because the clients that shorten conversations look for them. Errors of no part of
/// this program are not explained to the client.
struct AnthropicFailureMapping: Error {
    let error: AnthropicError
    let status: HTTPResponse.Status
    /// Whether the same request can do better in a while; nil to leave the guess to the client.
    private(set) var isWorthRetrying: Bool?
    /// What the log says, with paths and reasons that the client is not told.
    private(set) var logText: String

    /// An error with the status of its kind, unless another is given.
    init(_ error: AnthropicError, status: HTTPResponse.Status? = nil) {
        self.error = error
        self.status = status ?? .init(code: error.kind.status)
        isWorthRetrying = error.kind == .overloaded ? true : nil
        logText = error.message
    }

    /// An answer for any error.
    init(of error: any Error) {
        switch error {
        case let error as AnthropicFailureMapping: self = error
        case let error as AnthropicError: self.init(error)
        case let error as DialectError: self.init(AnthropicError(error))
        case let error as ServerError: self.init(error)
        case let error as StoreError:
            self.init(AnthropicError(Self.kind(of: error.code), error.message))
            if let detail = error.detail { logText += " (\(detail))" }
        case let error as SchedulingError: self.init(error)
        case let error as GGUFError:
            self.init(AnthropicError(.api, error.message))
            isWorthRetrying = false
        case is CancellationError: self = Self.cancelled
        default:
            self.init(AnthropicError(.api, "internal server error"))
            logText = String(describing: error)
        }
    }

    /// The answer; the identifier goes into its body.
    func response(requestID: String) -> Response {
        var response = Reply.json(
            bytes: JSONSerializer().bytes(error.json(requestID: requestID)),
            status: status
        )
        if isWorthRetrying == false { response.headers.set("x-should-retry", "false") }
        return response
    }

    /// Notes failures of the server.
    func log(to logger: Logger, path: String, requestID: String) {
        guard status.code >= 500 else { return }
        logger.error(
            "request failed",
            metadata: ["path": "\(path)", "error": "\(logText)", "request-id": "\(requestID)"]
        )
    }
}

extension AnthropicFailureMapping {
    private static var cancelled: AnthropicFailureMapping {
        AnthropicFailureMapping(
            AnthropicError(.api, "request canceled"),
            status: .clientClosedRequest
        )
    }

    private init(_ error: ServerError) {
        let kind: AnthropicError.Kind
        switch error.code {
        case .clientGone:
            self = Self.cancelled
            return
        case .invalidRequest, .unusableModel: kind = .invalidRequest
        case .unsupportedCoding:
            self.init(
                AnthropicError(.invalidRequest, error.message),
                status: .unsupportedMediaType
            )
            return
        case .bodyTooLarge: kind = .tooLarge
        case .forbidden: kind = .permission
        case .notFound: kind = .notFound
        case .stopping: kind = .overloaded
        case .notImplemented, .addressInUse, .cannotListen, .invalidConfiguration, .outOfMemory:
            kind = .api
        }
        self.init(AnthropicError(kind, error.message))
    }

    private init(_ error: SchedulingError) {
        let kind: AnthropicError.Kind
        var recurs = false
        switch error.code {
        case .cancelled:
            self = Self.cancelled
            return
        case .promptTooLong:
            let length = PromptLength(of: error)
            self.init(
                length.map { .promptTooLong(tokens: $0.tokens, maximum: $0.maximum) }
                    ?? AnthropicError(.invalidRequest, "prompt is too long: \(error.message)")
            )
            return
        case .queueFull, .stopping: kind = .overloaded
        case .invalidRequest, .unsupported: kind = .invalidRequest
        case .loadFailed, .unsupportedModel, .outOfMemory: (kind, recurs) = (.api, true)
        case .loadTimedOut, .runnerStopped, .protocolViolation, .clientTooSlow, .internalError:
            kind = .api
        }
        self.init(AnthropicError(kind, error.message))
        if recurs { isWorthRetrying = false }
    }

    private static func kind(of code: StoreError.Code) -> AnthropicError.Kind {
        switch code {
        case .invalidName, .invalidDigest, .digestMismatch, .sizeMismatch, .invalidModelfile,
            .invalidParameter, .invalidRequest, .unsupported:
            .invalidRequest
        case .notFound: .notFound
        case .tooLarge: .tooLarge
        case .builtIn, .readOnly, .noPermission: .permission
        case .busy: .overloaded
        case .noSpace, .missingBlob, .corruptManifest, .corruptConfig, .corruptLayer, .system: .api
        }
    }
}

/// How long a prompt is that does not fit, and how long it may be.
struct PromptLength: Equatable {
    let tokens: Int
    let maximum: Int

    /// The two numbers in the text of a `promptTooLong`, or nil.
    init?(of error: SchedulingError) {
        guard error.code == .promptTooLong else { return nil }
        let numbers = error.message.split { !("0"..."9").contains($0) }.compactMap { Int($0) }
        guard numbers.count == 2, numbers[0] >= numbers[1] else { return nil }
        (tokens, maximum) = (numbers[0], numbers[1])
    }
}
