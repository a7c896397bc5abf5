import ApusConversation
import ApusScheduling
import ApusServer
import HTTPTypes
import HummingbirdTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct AnthropicErrorTests {
    private static let body =
        #"{"model":"m","max_tokens":50,"messages":[{"role":"user","content":"Hi"}]"#

    struct Case: Sendable, CustomTestStringConvertible {
        var method = HTTPRequest.Method.post
        var path = "/v1/messages"
        var body = ""
        let status: Int
        let kind: String
        let words: String
        var testDescription: String { "\(method) \(path) \(body)" }
    }

    private static func expect(
        _ response: TestResponse,
        _ status: Int,
        _ kind: String,
        _ words: String
    ) {
        #expect(response.status.code == status, "\(response.text)")
        #expect(response.json["type"] == "error")
        #expect(response.json["error"]?["type"] == .string(kind))
        let message = response.json["error"]?["message"]?.stringValue ?? ""
        #expect(message.contains(words), "\(message)")
        let identifier = response.header("request-id")
        #expect(identifier != nil && response.json["request_id"]?.stringValue == identifier)
    }

    @Test(arguments: [
        Case(status: 400, kind: "invalid_request_error", words: "empty"),
        Case(body: "{", status: 400, kind: "invalid_request_error", words: "not valid JSON"),
        Case(
            body: #"{"model":"m","messages":[]}"#,
            status: 400,
            kind: "invalid_request_error",
            words: "max_tokens: Field required"
        ),
        Case(
            body: body.replacing(#""m""#, with: #""claude-nope""#) + "}",
            status: 404,
            kind: "not_found_error",
            words: "model: claude-nope"
        ),
        Case(
            body: body.replacing(#""m""#, with: #""a b""#) + "}",
            status: 404,
            kind: "not_found_error",
            words: "model: a b"
        ),
        Case(
            body: body.replacing(#""m""#, with: #""m:cloud""#) + "}",
            status: 403,
            kind: "permission_error",
            words: "cloud is disabled"
        ),
        Case(
            body: body + #","thread":{"id":"x"}}"#,
            status: 400,
            kind: "invalid_request_error",
            words: "thread"
        ),
        Case(
            body: body + #","container":"c"}"#,
            status: 400,
            kind: "invalid_request_error",
            words: "container"
        ),
        Case(
            method: .get,
            status: 405,
            kind: "invalid_request_error",
            words: "Method Not Allowed"
        ),
        Case(
            method: .delete,
            path: "/v1/messages/count_tokens",
            status: 405,
            kind: "invalid_request_error",
            words: "Method Not Allowed"
        ),
        Case(
            path: "/v1/messages/nowhere",
            status: 404,
            kind: "not_found_error",
            words: "/v1/messages/nowhere"
        ),
        Case(
            method: .get,
            path: "/v1/messages/a/b",
            status: 404,
            kind: "not_found_error",
            words: "not served"
        ),
    ]) func refusalsAreInTheApisWords(_ example: Case) async throws {
        try await Bench().run { client in
            try await client.make("m")
            let response = try await client.send(example.method, example.path, example.body)
            Self.expect(response, example.status, example.kind, example.words)
            if example.status == 405 { #expect(response.headers[.allow] == "POST") }
        }
    }

    @Test func threadsAreRefusedWithACode() async throws {
        try await Bench().run { client in
            try await client.make("m")
            for path in ["/v1/messages", "/v1/messages/count_tokens"] {
                let response = try await client.send(.post, path, Self.body + #","thread":{}}"#)
                let details = response.json["error"]?["details"]
                #expect(details?["error_code"] == "thread_unsupported_request")
            }
        }
    }

    @Test(
        arguments: [
            (.queueFull, 529, "overloaded_error", "1", nil),
            (.stopping, 529, "overloaded_error", "1", nil),
            (.outOfMemory, 500, "api_error", nil, "false"),
            (.runnerStopped, 500, "api_error", nil, nil),
            (.invalidRequest, 400, "invalid_request_error", nil, nil),
            (.cancelled, 499, "api_error", nil, nil),
        ] as [(SchedulingError.Code, Int, String, String?, String?)]
    ) func failuresOfTheEngineHaveTheirStatus(
        _ code: SchedulingError.Code,
        _ status: Int,
        _ kind: String,
        _ retryAfter: String?,
        _ shouldRetry: String?
    ) async throws {
        let stage = Stage { _, _ in throw SchedulingError(code, "Something broke.") }
        try await Bench(stage).run { client in
            try await client.make("m")
            for stream in ["false", "true"] {
                let response = try await client.send(
                    .post,
                    "/v1/messages",
                    Self.body + #","stream":\#(stream)}"#
                )
                Self.expect(response, status, kind, code == .cancelled ? "" : "Something broke.")
                #expect(response.headers[.retryAfter] == retryAfter)
                #expect(response.header("x-should-retry") == shouldRetry)
            }
        }
    }

    @Test func tooLongPromptsNameBothLengths() async throws {
        let stage = Stage { _, _ in
            throw SchedulingError(.promptTooLong, "too long (5000 tokens, limit 4096); shorten it")
        }
        try await Bench(stage).run { client in
            try await client.make("m")
            let response = try await client.send(.post, "/v1/messages", Self.body + "}")
            Self.expect(
                response,
                400,
                "invalid_request_error",
                "prompt is too long: 5000 tokens > 4096 maximum"
            )
        }
    }

    @Test func errorsAfterTheBeginningAreEvents() async throws {
        let stage = Stage { _, emit in
            emit(.content("Hel"))
            throw SchedulingError(.runnerStopped, "Something broke.")
        }
        try await Bench(stage).run { client in
            try await client.make("m")
            let response = try await client.send(
                .post,
                "/v1/messages",
                Self.body + #","stream":true}"#
            )
            #expect(response.status == .ok)
            let last = try #require(response.events.last)
            #expect(last.name == "error" && last.data["error"]?["type"] == "api_error")
            #expect(last.data["request_id"]?.stringValue == response.header("request-id"))
            let whole = try await client.send(.post, "/v1/messages", Self.body + "}")
            Self.expect(whole, 500, "api_error", "Something broke.")
        }
    }

    @Test func largeBodiesAreRefused() async throws {
        var configuration = ServerConfiguration()
        configuration.maximumBodyBytes = 100
        try await Bench(configuration: configuration).run { client in
            let body = Self.body + #","system":"\#(String(repeating: "x", count: 200))"}"#
            let response = try await client.send(.post, "/v1/messages", body)
            Self.expect(response, 413, "request_too_large", "100 bytes")
        }
    }

    @Test func toolsNeedAModelThatHasThem() async throws {
        try await Bench().run { client in
            try await client.make("m", template: Templates.plain)
            let response = try await client.send(
                .post,
                "/v1/messages",
                Self.body + #","tools":[{"name":"f","input_schema":{"type":"object"}}]}"#
            )
            Self.expect(response, 400, "invalid_request_error", "does not support tools")
        }
    }

    @Test func pathsOfItsApiThatAreNotServedAreNamed() async throws {
        try await Bench().run { client in
            var headers = HTTPFields()
            headers.append("anthropic-version", "2023-06-01")
            let response = try await client.send(.get, "/v1/files", headers: headers)
            Self.expect(response, 404, "not_found_error", "/v1/files is not served")
        }
    }
}
