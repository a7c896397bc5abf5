internal import ApusConversation
internal import ApusDialects
internal import ApusGGUF
internal import ApusScheduling
internal import ApusStore
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore

/// The answer of OpenAI's API to an error, decided by the errors' codes alone.
///
/// Errors of no part of this program are not explained to the client.
struct OpenAIFailureMapping {
    /// What the client is told.
    let error: OpenAIError
    private var status: HTTPResponse.Status
    /// What the log says, with paths and reasons that the client is not told.
    private var logText: String

    /// An answer for any error; `field` is the one that carries the request's prompt.
    init(_ error: any Error, about field: String? = nil) {
        logText = String(describing: error)
        switch error {
        case let error as OpenAIError: self.error = error
        case let error as DialectError: self.error = OpenAIError(error)
        case let error as ServerError:
            self.error = OpenAIError(Self.kind(of: error.code), error.message)
        case let error as StoreError:
            self.error = OpenAIError(Self.kind(of: error.code), error.message)
            if let detail = error.detail { logText += " (\(detail))" }
        case let error as SchedulingError where error.code == .promptTooLong:
            self.error = .tooLong(error, param: field)
        case let error as SchedulingError:
            let param = Self.param(for: error.field, prompt: field)
            self.error = OpenAIError(
                Self.kind(of: error.code),
                error.message,
                param: param,
                code: param == nil ? nil : "invalid_value"
            )
        case let error as GGUFError: self.error = OpenAIError(.server, error.message)
        default:
            self.error = OpenAIError(
                .server,
                error is CancellationError ? "request canceled" : "internal server error"
            )
        }
        status = HTTPResponse.Status(code: self.error.status)
        if Self.isClientGone(error) { status = .clientClosedRequest }
        if let error = error as? ServerError, error.code == .unsupportedCoding {
            status = .unsupportedMediaType
        }
    }

    /// Writes faults of the server to the log.
    func log(to logger: Logger, path: String) {
        guard status.code >= 500 else { return }
        logger.error("request failed", metadata: ["path": "\(path)", "error": "\(logText)"])
    }

    /// The answer, when none has begun.
    var response: Response {
        OpenAIReply.json(bytes: OpenAIWire.bytes(error.json), status: status)
    }

    /// The field of a request for a part of what the engine was asked.
    private static func param(for field: GenerationRequest.Field?, prompt: String?) -> String? {
        switch field {
        case .prompt: prompt
        case .format: prompt == "input" ? "text.format" : "response_format"
        case .tools: "tools"
        case .logitBias: "logit_bias"
        case nil: nil
        }
    }

    private static func isClientGone(_ error: any Error) -> Bool {
        switch error {
        case let error as ServerError: error.code == .clientGone
        case let error as SchedulingError: error.code == .cancelled
        default: error is CancellationError
        }
    }

    private static func kind(of code: ServerError.Code) -> OpenAIError.Kind {
        switch code {
        case .invalidRequest, .unusableModel, .notImplemented, .unsupportedCoding: .invalidRequest
        case .bodyTooLarge: .tooLarge
        case .forbidden: .permission
        case .notFound: .notFound
        case .stopping: .overloaded
        case .clientGone, .addressInUse, .cannotListen, .invalidConfiguration, .outOfMemory: .server
        }
    }

    private static func kind(of code: StoreError.Code) -> OpenAIError.Kind {
        switch code {
        case .invalidName, .invalidDigest, .digestMismatch, .sizeMismatch, .invalidModelfile,
            .invalidParameter, .invalidRequest, .unsupported:
            .invalidRequest
        case .notFound: .notFound
        case .tooLarge: .tooLarge
        case .builtIn, .readOnly, .noPermission: .permission
        case .busy: .overloaded
        case .noSpace, .missingBlob, .corruptManifest, .corruptConfig, .corruptLayer, .system:
            .server
        }
    }

    private static func kind(of code: SchedulingError.Code) -> OpenAIError.Kind {
        switch code {
        case .queueFull, .stopping: .overloaded
        case .invalidRequest, .promptTooLong, .unsupported: .invalidRequest
        case .cancelled, .loadFailed, .unsupportedModel, .outOfMemory, .loadTimedOut,
            .runnerStopped, .protocolViolation, .clientTooSlow, .internalError:
            .server
        }
    }
}

extension OpenAIError {
    /// A prompt that does not fit the context: in OpenAI's words, which clients look for, when the
    /// runner says how long it is, else in the runner's.
    fileprivate static func tooLong(_ error: SchedulingError, param: String?) -> OpenAIError {
        guard let length = PromptLength(of: error), let param else {
            return OpenAIError(
                .invalidRequest,
                error.message,
                param: param,
                code: "context_length_exceeded"
            )
        }
        return .contextLengthExceeded(tokens: length.tokens, limit: length.maximum, param: param)
    }
}
