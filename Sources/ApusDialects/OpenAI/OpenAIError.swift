package import ApusConversation

/// Why a request of an OpenAI client is not answered, in OpenAI's words.
///
/// The status follows `kind`; `code` and `param` are what programs look at.
package struct OpenAIError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong; decides the status and the `type` on the wire.
    package enum Kind: Sendable, CaseIterable {
        /// The request cannot be honoured as it is.
        case invalidRequest
        /// No or a wrong key.
        case authentication
        /// The key may not do this.
        case permission
        /// There is no such model, response or route.
        case notFound
        /// The path is not for this method.
        case wrongMethod
        /// The body is larger than allowed.
        case tooLarge
        /// Too many requests.
        case rateLimit
        /// A fault of this program or of the model.
        case server
        /// Not now; later perhaps.
        case overloaded
    }

    /// What went wrong.
    package var kind: Kind
    /// One sentence for people.
    package var message: String
    /// The field that is wrong: `messages[1].content`.
    package var param: String?
    /// A word for programs: `model_not_found`.
    package var code: String?

    /// An error of `kind`.
    package init(_ kind: Kind, _ message: String, param: String? = nil, code: String? = nil) {
        self.kind = kind
        self.message = message
        self.param = param
        self.code = code
    }

    /// The status of the answer.
    package var status: Int {
        switch kind {
        case .invalidRequest: 400
        case .authentication: 401
        case .permission: 403
        case .notFound: 404
        case .wrongMethod: 405
        case .tooLarge: 413
        case .rateLimit: 429
        case .server: 500
        case .overloaded: 503
        }
    }

    /// The `type` on the wire.
    package var type: String {
        switch kind {
        case .invalidRequest, .authentication, .permission, .notFound, .wrongMethod, .tooLarge:
            "invalid_request_error"
        case .rateLimit: "rate_limit_error"
        case .server: "server_error"
        case .overloaded: "service_unavailable_error"
        }
    }

    /// The body of the answer, and of an error in the middle of a stream.
    package var json: JSONValue {
        [
            "error": [
                "message": .string(message), "type": .string(type), "param": .text(param),
                "code": .text(code),
            ]
        ]
    }

    /// The message.
    package var description: String { message }
}

extension OpenAIError {
    /// There is no such model.
    package static func modelNotFound(_ name: String) -> OpenAIError {
        OpenAIError(
            .notFound,
            "The model '\(name)' does not exist or you do not have access to it.",
            code: "model_not_found"
        )
    }

    /// There is no such route; parts of OpenAI's API that are not served are named.
    package static func unknownURL(_ method: String, _ path: String) -> OpenAIError {
        let url = "Invalid URL (\(method) \(path.prefix(256)))"
        guard let (_, name) = unserved.first(where: { path.hasPrefix("/v1/" + $0.prefix) }) else {
            return OpenAIError(.notFound, url)
        }
        return OpenAIError(
            .notFound,
            "\(url): this server does not serve \(name).",
            code: "unsupported_endpoint"
        )
    }

    /// Parts of OpenAI's API that are not served, by the beginnings of their paths.
    private static let unserved: [(prefix: String, name: String)] = [
        ("moderations", "moderation"), ("images", "images"), ("audio", "speech"),
        ("videos", "videos"), ("files", "files"), ("uploads", "uploads"),
        ("batches", "batches of requests"), ("fine_tuning", "fine-tuning"),
        ("vector_stores", "vector stores"), ("assistants", "assistants"), ("threads", "threads"),
        ("evals", "evals"), ("containers", "containers"), ("realtime", "realtime sessions"),
        ("skills", "skills"), ("chatkit", "ChatKit"), ("agents", "agents"),
        ("organization", "administration"), ("projects", "administration"),
        ("content_provenance_checks", "checks of provenance"),
        ("responses/compact", "compaction of responses"),
        ("chat/completions/", "stored chat completions"),
    ]

    /// There is such a route, for other methods.
    package static func wrongMethod(_ method: String, _ path: String) -> OpenAIError {
        OpenAIError(
            .wrongMethod,
            "Not allowed to \(method) on \(path.prefix(256)). (HINT: Perhaps you meant to use a "
                + "different HTTP method?)"
        )
    }

    /// A prompt of `tokens` tokens does not fit a context of `limit`.
    ///
    /// `param` is the field that carries it: `messages`, `prompt`, `input`.
    package static func contextLengthExceeded(
        tokens: Int,
        limit: Int,
        param: String
    ) -> OpenAIError {
        OpenAIError(
            .invalidRequest,
            "This model's maximum context length is \(limit) tokens. However, your \(param) "
                + "resulted in \(tokens) tokens. Please reduce the length of the \(param).",
            param: param,
            code: "context_length_exceeded"
        )
    }

    /// What another dialect's conversion refused, said of the field `param`.
    package init(_ error: DialectError, param: String? = nil) {
        switch error.code {
        case .invalidResult:
            self.init(.server, error.message)
        case .missingCapability, .unsupported:
            self.init(
                .invalidRequest,
                error.message,
                param: param,
                code: "unsupported_parameter"
            )
        default:
            self.init(.invalidRequest, error.message, param: param, code: "invalid_value")
        }
    }

    /// A field that must be there is not.
    static func missing(_ param: String) -> OpenAIError {
        OpenAIError(
            .invalidRequest,
            "Missing required parameter: '\(param)'.",
            param: param,
            code: "missing_required_parameter"
        )
    }

    /// A field has a value of the wrong type; `expected` has its article.
    static func type(
        _ param: String,
        expected: String,
        found: JSONValue
    ) -> OpenAIError {
        OpenAIError(
            .invalidRequest,
            "Invalid type for '\(param)': expected \(expected), but got \(found.wireKind) instead.",
            param: param,
            code: "invalid_type"
        )
    }

    /// A field has a value that is wrong for the reason given.
    static func value(
        _ param: String,
        _ message: String,
        code: String = "invalid_value"
    ) -> OpenAIError {
        OpenAIError(.invalidRequest, message, param: param, code: code)
    }

    /// A field's value is none of those that it may have.
    static func choice(_ param: String, _ found: String, of choices: [String]) -> OpenAIError {
        let list = choices.map { "'\($0)'" }
        let spelled =
            list.count > 1
            ? list.dropLast().joined(separator: ", ") + " and " + (list.last ?? "")
            : list.joined()
        return value(
            param,
            "Invalid value: '\(found.prefix(64))'. Supported values are: \(spelled)."
        )
    }

    /// A field asks for something that is not done here.
    static func unsupported(_ param: String, _ what: String) -> OpenAIError {
        value(
            param,
            "Unsupported value: '\(param)' asks for \(what), which is not supported.",
            code: "unsupported_value"
        )
    }
}

extension JSONValue {
    /// A string, or null for nil.
    static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    /// A number, or null for nil.
    static func number(_ number: Int?) -> JSONValue { number.map { .integer(Int64($0)) } ?? .null }

    /// The kind of value in OpenAI's words, with an article.
    var wireKind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .double: "a decimal"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
