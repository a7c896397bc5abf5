internal import ApusDialects
internal import ApusGGUF
internal import ApusRegistry
internal import ApusScheduling
internal import ApusStore
internal import HTTPTypes

/// The status and the text with which the native API answers an error.
///
/// Decided by the errors' codes alone. Errors of no part of this program are not explained to the
/// client.
struct OllamaFailureMapping {
    let status: HTTPResponse.Status
    let body: OllamaFailure
    /// What the log says, with paths and reasons that the client is not told.
    let logText: String

    /// An answer for any error.
    init(_ error: any Error) {
        var message = "internal server error"
        var logText = String(describing: error)
        switch error {
        case let error as ServerError:
            (status, message) = (Self.status(of: error.code), error.message)
        case let error as DialectError:
            (status, message) = (Self.status(of: error.code), error.message)
        case let error as StoreError:
            (status, message) = (Self.status(of: error.code), error.message)
            if let detail = error.detail { logText += " (\(detail))" }
        case let error as RegistryError:
            (status, message) = (Self.status(of: error.code), error.message)
        case let error as SchedulingError:
            (status, message) = (Self.status(of: error.code), error.message)
        case let error as GGUFError:
            (status, message) = (.internalServerError, error.message)
        case is CancellationError:
            (status, message) = (.clientClosedRequest, "request canceled")
        default:
            status = .internalServerError
        }
        body = OllamaFailure(error: message)
        self.logText = logText
    }

    private static func status(of code: ServerError.Code) -> HTTPResponse.Status {
        switch code {
        case .invalidRequest, .unusableModel: .badRequest
        case .bodyTooLarge: .contentTooLarge
        case .unsupportedCoding: .unsupportedMediaType
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .notImplemented: .notImplemented
        case .clientGone: .clientClosedRequest
        case .stopping: .serviceUnavailable
        case .addressInUse, .cannotListen, .invalidConfiguration, .outOfMemory:
            .internalServerError
        }
    }

    private static func status(of code: DialectError.Code) -> HTTPResponse.Status {
        switch code {
        case .missingBody, .malformedBody, .invalidValue, .invalidOption, .invalidFormat,
            .missingCapability, .unsupported, .invalidResult:
            .badRequest
        }
    }

    private static func status(of code: StoreError.Code) -> HTTPResponse.Status {
        switch code {
        case .invalidName, .invalidDigest, .digestMismatch, .sizeMismatch, .invalidModelfile,
            .invalidParameter, .invalidRequest, .unsupported:
            .badRequest
        case .notFound: .notFound
        case .tooLarge: .contentTooLarge
        case .builtIn, .readOnly, .noPermission: .forbidden
        case .noSpace: .insufficientStorage
        case .busy: .serviceUnavailable
        case .missingBlob, .corruptManifest, .corruptConfig, .corruptLayer, .system:
            .internalServerError
        }
    }

    private static func status(of code: RegistryError.Code) -> HTTPResponse.Status {
        switch code {
        case .insecure, .unsupported: .badRequest
        case .unauthorized, .forbiddenAddress: .forbidden
        case .notFound: .notFound
        case .stalled: .gatewayTimeout
        case .unreachable, .untrusted, .badRedirect, .refused, .truncated, .changed,
            .protocolViolation, .tooLarge:
            .badGateway
        case .invalidKey, .invalidSetting: .internalServerError
        }
    }

    private static func status(of code: SchedulingError.Code) -> HTTPResponse.Status {
        switch code {
        case .queueFull, .stopping: .serviceUnavailable
        case .cancelled: .clientClosedRequest
        case .invalidRequest, .promptTooLong, .unsupported: .badRequest
        case .loadFailed, .unsupportedModel, .outOfMemory, .loadTimedOut, .runnerStopped,
            .protocolViolation, .clientTooSlow, .internalError:
            .internalServerError
        }
    }
}

extension HTTPResponse.Status {
    /// The client went away before there was an answer; nginx's code, which Ollama uses.
    static var clientClosedRequest: Self { .init(code: 499, reasonPhrase: "Client Closed Request") }
    /// The disk is full (RFC 4918).
    static var insufficientStorage: Self { .init(code: 507, reasonPhrase: "Insufficient Storage") }
}
