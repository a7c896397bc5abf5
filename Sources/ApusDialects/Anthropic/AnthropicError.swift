package import ApusConversation

/// An error as Anthropic's API answers with it, in a reply or inside a stream.
///
/// ```
/// {"type":"error","error":{"type":"invalid_request_error","message":"…"},"request_id":"req_…"}
/// ```
package struct AnthropicError: Error, Sendable, Equatable {
    /// What kind of error; clients choose their exception by the status.
    package enum Kind: String, Sendable, CaseIterable {
        case invalidRequest = "invalid_request_error"
        case authentication = "authentication_error"
        case permission = "permission_error"
        case notFound = "not_found_error"
        case tooLarge = "request_too_large"
        case rateLimit = "rate_limit_error"
        case api = "api_error"
        case overloaded = "overloaded_error"

        /// The HTTP status that goes with it.
        package var status: Int {
            switch self {
            case .invalidRequest: 400
            case .authentication: 401
            case .permission: 403
            case .notFound: 404
            case .tooLarge: 413
            case .rateLimit: 429
            case .api: 500
            case .overloaded: 529
            }
        }

        /// The kind that a status stands for.
        package init(status: Int) {
            self =
                switch status {
                case 503: .overloaded
                case 400..<500: Self.allCases.first { $0.status == status } ?? .invalidRequest
                default: Self.allCases.first { $0.status == status } ?? .api
                }
        }
    }

    /// What kind of error.
    package var kind: Kind
    /// One sentence for the client.
    package var message: String
    /// More for programs: an object with an `error_code`.
    package var details: JSONValue?

    /// An error of a kind.
    package init(_ kind: Kind, _ message: String, details: JSONValue? = nil) {
        self.kind = kind
        self.message = message
        self.details = details
    }

    /// What a refused request is answered with.
    package init(_ error: DialectError) {
        self.init(error.code == .invalidResult ? .api : .invalidRequest, error.message)
    }

    /// The answer to a prompt that does not fit.
    package static func promptTooLong(tokens: Int, maximum: Int) -> AnthropicError {
        AnthropicError(
            .invalidRequest,
            "prompt is too long: \(tokens) tokens > \(maximum) maximum"
        )
    }

    /// The answer to a model that is not there.
    package static func modelNotFound(_ name: String) -> AnthropicError {
        AnthropicError(.notFound, "model: \(name)")
    }

    /// The answer to a request with a `thread`.
    ///
    /// By the code the client's tool runner, which always asks for a thread first, knows to send
    /// whole conversations instead.
    package static let threadUnsupported = AnthropicError(
        .invalidRequest,
        "thread: `thread` is not supported; send the whole conversation without it",
        details: ["error_code": "thread_unsupported_request", "unsupported": []]
    )

    /// The error on the wire; `requestID` begins with `req_`.
    package func json(requestID: String?) -> JSONValue {
        var error: JSONObject = ["type": .string(kind.rawValue), "message": .string(message)]
        error["details"] = details
        return [
            "type": "error",
            "error": .object(error),
            "request_id": requestID.map { .string($0) } ?? .null,
        ]
    }
}
