import ApusConversation
import ApusScheduling
import ApusServer
import HTTPTypes
import HummingbirdTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct OpenAIErrorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let path: String
        let body: String
        let status: Int
        let param: JSONValue
        let code: JSONValue
        var testDescription: String { "\(path) \(body)" }

        init(
            _ path: String,
            _ body: String,
            _ status: Int,
            param: JSONValue = .null,
            code: JSONValue = .null
        ) {
            (self.path, self.body, self.status) = (path, body, status)
            (self.param, self.code) = (param, code)
        }
    }

    private static let chat = "/v1/chat/completions"

    @Test(arguments: [
        Case(chat, "", 400), Case(chat, "[]", 400), Case(chat, "{", 400),
        Case(chat, "{}", 400, param: "model", code: "missing_required_parameter"),
        Case(chat, OpenAIBodies.chat(model: "nope"), 404, code: "model_not_found"),
        Case(chat, OpenAIBodies.chat(model: "no such"), 404, code: "model_not_found"),
        Case(chat, OpenAIBodies.chat(model: ""), 400),
        Case(chat, OpenAIBodies.chat(model: "x:cloud"), 403),
        Case(
            chat,
            OpenAIBodies.chat(#","temperature":3"#),
            400,
            param: "temperature",
            code: "decimal_above_max_value"
        ),
        Case(
            chat,
            OpenAIBodies.chat(#","options":{"num_ctx":"x"}"#),
            400,
            param: "options",
            code: "invalid_value"
        ),
        Case("/v1/completions", #"{"model":"nope","prompt":"x"}"#, 404, code: "model_not_found"),
        Case(
            "/v1/completions",
            #"{"model":"m"}"#,
            400,
            param: "prompt",
            code: "missing_required_parameter"
        ),
        Case(
            "/v1/completions",
            #"{"model":"m","prompt":"a","suffix":"b"}"#,
            400,
            param: "suffix",
            code: "unsupported_parameter"
        ),
        Case("/v1/embeddings", #"{"model":"nope","input":"x"}"#, 404, code: "model_not_found"),
        Case(
            "/v1/embeddings",
            #"{"model":"m","input":""}"#,
            400,
            param: "input",
            code: "empty_string"
        ),
        Case(
            "/v1/embeddings",
            #"{"model":"m","input":"x","dimensions":4}"#,
            400,
            param: "dimensions",
            code: "invalid_value"
        ),
        Case("/v1/responses", #"{"model":"nope","input":"x"}"#, 404, code: "model_not_found"),
        Case(
            "/v1/responses",
            #"{"model":"m","input":"x","previous_response_id":"resp_0"}"#,
            400,
            param: "previous_response_id",
            code: "previous_response_not_found"
        ),
        Case("/v1/nothing", "{}", 404), Case("/v1/chat/nothing", "{}", 404),
        Case("/v1/models", "{}", 405), Case("/v1/models/m", "{}", 405),
    ])
    func refusalsHaveTheShapeThatClientsKnow(_ test: Case) async throws {
        try await Bench().run { client in
            try await client.make("m", template: Templates.plain)
            let response = try await client.send(.post, test.path, test.body)
            #expect(response.status.code == test.status, "\(response.text)")
            #expect(response.headers[.contentType] == "application/json")
            #expect(response.header("x-request-id")?.hasPrefix("req_") == true)
            let error = response.json["error"]
            #expect(error?["type"] == "invalid_request_error")
            #expect(error?["message"]?.stringValue?.isEmpty == false)
            #expect(error?["param"] == test.param && error?["code"] == test.code)
        }
    }

    @Test func wrongMethodsSayWhichAreRight() async throws {
        try await Bench().run { client in
            let response = try await client.send(.get, Self.chat)
            #expect(response.status == .methodNotAllowed)
            #expect(response.headers[.allow] == "POST")
            #expect(response.json["error"]?["type"] == "invalid_request_error")
            let head = try await client.send(.head, "/v1/models")
            #expect(head.status == .methodNotAllowed && head.text == "")
            // Other paths keep their answers.
            #expect(try await client.send(.get, "/nothing").text == "404 page not found")
        }
    }

    @Test func largeBodiesAreRefused() async throws {
        var configuration = ServerConfiguration()
        configuration.maximumBodyBytes = 40
        try await Bench(configuration: configuration).run { client in
            let response = try await client.send(.post, Self.chat, OpenAIBodies.chat())
            #expect(response.status == .contentTooLarge)
            #expect(response.json["error"]?["type"] == "invalid_request_error")
        }
    }

    @Test(arguments: [
        (SchedulingError(.promptTooLong, "long"), 400, "invalid_request_error"),
        (SchedulingError(.invalidRequest, "bad"), 400, "invalid_request_error"),
        (SchedulingError(.runnerStopped, "gone"), 500, "server_error"),
        (SchedulingError(.queueFull, "busy"), 503, "service_unavailable_error"),
    ])
    func errorsBeforeTheFirstPieceHaveAStatus(
        _ error: SchedulingError,
        _ status: Int,
        _ type: String
    ) async throws {
        let stage = Stage { _, _ in throw error }
        try await Bench(stage).run { client in
            try await client.make("m")
            for fields in ["", #","stream":true"#] {
                let response = try await client.send(.post, Self.chat, OpenAIBodies.chat(fields))
                #expect(response.status.code == status)
                #expect(response.json["error"]?["type"] == .string(type))
                #expect(response.headers[.retryAfter] == (status == 503 ? "1" : nil))
                if error.code == .promptTooLong {
                    #expect(response.json["error"]?["param"] == "messages")
                    #expect(response.json["error"]?["code"] == "context_length_exceeded")
                }
            }
        }
    }

    @Test func errorsAfterTheFirstPieceAreTheLastEvent() async throws {
        let stage = Stage { _, emit in
            emit(.started(PromptUsage(tokens: 1, cachedTokens: 0)))
            emit(.content("Hel"))
            throw SchedulingError(.runnerStopped, "gone")
        }
        try await Bench(stage).run { client in
            try await client.make("m")
            let response = try await client.send(
                .post,
                Self.chat,
                OpenAIBodies.chat(#","stream":true"#)
            )
            #expect(response.status == .ok)
            #expect(response.events.last?.data["error"]?["message"] == "gone")
            #expect(!response.text.contains("[DONE]"))
        }
    }

    @Test func requestsBeyondTheQueueMayComeAgain() async throws {
        let stage = Stage { _, _ in try await Task.sleep(for: .seconds(60)) }
        try await Bench(stage).run { client in
            try await client.make("m")
            try await withThrowingTaskGroup(of: (Int, String?).self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        let response = try await client.send(.post, Self.chat, OpenAIBodies.chat())
                        return (response.status.code, response.headers[.retryAfter])
                    }
                }
                let first = try await group.next()
                #expect(first?.0 == 503 && first?.1 == "1")
                group.cancelAll()
            }
        }
    }
}
