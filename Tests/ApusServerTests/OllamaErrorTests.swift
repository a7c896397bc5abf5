import ApusConversation
import ApusGGUF
import ApusScheduling
import HTTPTypes
import HummingbirdTesting
import Testing

/// The error table of the reference, route by route.
@Suite(.timeLimit(.minutes(1))) struct OllamaErrorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let method: HTTPRequest.Method
        let path: String
        let body: String
        let status: Int
        let error: String
        var testDescription: String { "\(method) \(path) \(body)" }

        init(
            _ path: String,
            _ body: String,
            _ status: Int,
            _ error: String,
            method: HTTPRequest.Method = .post
        ) {
            (self.path, self.body, self.status, self.error) = (path, body, status, error)
            self.method = method
        }
    }

    static let blob = "sha256:" + String(repeating: "0", count: 64)

    @Test(arguments: [
        Case("/api/generate", "", 400, "missing request body"),
        Case("/api/chat", "", 400, "missing request body"),
        Case("/api/generate", #"{"model":""}"#, 404, "model '' not found"),
        Case("/api/embed", #"{"model":"","input":"x"}"#, 404, "model '' not found"),
        Case("/api/chat", " \n", 400, "missing request body"),
        Case("/api/chat", "null", 400, "model is required"),
        Case("/api/chat", #"{"Model":"nope"}"#, 404, "model 'nope' not found"),
        Case("/api/chat", "{}", 400, "model is required"),
        Case("/api/embeddings", "{}", 400, "model is required"),
        Case("/api/show", "{}", 400, "model is required"),
        Case("/api/delete", "{}", 400, "model is required", method: .delete),
        Case("/api/generate", #"{"model":"no such","prompt":"x"}"#, 400, "invalid model name"),
        Case("/api/chat", #"{"model":"nope"}"#, 404, "model 'nope' not found"),
        Case("/api/generate", #"{"model":"nope:7b"}"#, 404, "model 'nope:7b' not found"),
        Case("/api/show", #"{"name":"nope"}"#, 404, "model 'nope:latest' not found"),
        Case("/api/show", #"{"MODEL":"h/n/nope:local"}"#, 404, "model 'h/n/nope:latest' not found"),
        // Ollama's command line sends these.
        Case("/api/show", #"{"model":"","name":"nope"}"#, 404, "model 'nope:latest' not found"),
        Case("/api/pull", #"{"model":"","name":"a b"}"#, 400, "invalid model name"),
        Case(
            "/api/delete",
            #"{"model":"","name":"nope"}"#,
            404,
            "model 'nope' not found",
            method: .delete
        ),
        Case("/api/delete", #"{"name":"nope"}"#, 404, "model 'nope' not found", method: .delete),
        Case("/api/delete", #"{"model":"a b"}"#, 400, #"name "a b" is invalid"#, method: .delete),
        Case(
            "/api/embed",
            #"{"model":"nope","input":"x"}"#,
            404,
            #"model "nope" not found, try pulling it first"#
        ),
        Case("/api/copy", #"{"source":"nope","destination":"b"}"#, 404, #"model "nope" not found"#),
        Case("/api/copy", #"{"source":"a b","destination":"b"}"#, 400, #"source "a b" is invalid"#),
        Case("/api/copy", #"{"source":"a\"\u0001é"}"#, 400, #"source "a\"\x01é" is invalid"#),
        Case("/api/copy", #"{"source":"a","destination":""}"#, 400, #"destination "" is invalid"#),
        Case(
            "/api/chat",
            #"{"model":"x:cloud"}"#,
            403,
            "ollama cloud is disabled: remote model is unavailable"
        ),
        Case(
            "/api/chat",
            #"{"model":"x:7b-cloud"}"#,
            403,
            "ollama cloud is disabled: remote model is unavailable"
        ),
        Case(
            "/api/chat",
            #"{"model":"x:cloud:local"}"#,
            400,
            #"use either :local or :cloud, not both: "x:cloud:local""#
        ),
        Case(
            "/api/chat",
            #"{"model":"x","top_logprobs":21}"#,
            400,
            "top_logprobs must be between 0 and 20"
        ),
        Case("/api/embed", #"{"model":"x","input":5}"#, 400, "invalid input type"),
        Case("/api/create", #"{"model":"x"}"#, 400, "neither 'from' or 'files' was specified"),
        Case("/api/create", #"{"model":"x","files":{}}"#, 400, "unknown type"),
        Case("/api/create", #"{"model":"a b","from":"x"}"#, 400, "invalid model name"),
        Case("/api/create", #"{"model":"x","files":{"a.gguf":""}}"#, 400, "invalid digest format"),
        Case(
            "/api/create",
            #"{"model":"x","files":{"../a.gguf":"\#(blob)"}}"#,
            400,
            "file path must be relative"
        ),
        Case(
            "/api/create",
            #"{"model":"x","from":"y","draft_quantize":"Q8_0"}"#,
            400,
            "--draft-quantize requires a DRAFT model"
        ),
        Case(
            "/api/create",
            #"{"model":"x","from":"y","info":{"context_length":-1}}"#,
            400,
            #"info field "context_length" must be a non-negative integer"#
        ),
        Case(
            "/api/create",
            #"{"model":"x","from":"y","info":{"base_name":1}}"#,
            400,
            #"info field "base_name" must be a string"#
        ),
        Case(
            "/api/create",
            #"{"model":"x","from":"y","files":{"a.gguf":"\#(blob)"}}"#,
            400,
            "a model is made either 'from' another model or of 'files', not of both"
        ),
        Case(
            "/api/create",
            #"{"model":"x","from":"y","requires":"soon"}"#,
            400,
            "requires must be a valid semver (e.g. 0.14.0)"
        ),
        Case(
            "/api/create",
            #"{"model":"x","from":"y","messages":[{"role":"user","images":["aGk="]}]}"#,
            400,
            "messages: images are not supported yet."
        ),
        Case(
            "/api/create",
            #"{"model":"x","from":"y","template":"{{ if }}"}"#,
            400,
            #"template error: Chat template, line 1: a value is missing in "if"."#
        ),
        Case("/api/create", #"{"model":"x","from":"nope"}"#, 404, "model 'nope:latest' not found"),
        Case("/api/blobs/sha256:12", "x", 400, "invalid digest format"),
        Case("/api/blobs/sha256%3A12", "x", 400, "invalid digest format"),
    ])
    func withoutModels(_ expected: Case) async throws {
        try await Bench().run { client in
            let response = try await client.send(expected.method, expected.path, expected.body)
            #expect(response.status.code == expected.status)
            #expect(response.json["error"]?.stringValue == expected.error)
            #expect(response.json.objectValue?.count == 1)
        }
    }

    @Test(arguments: [
        Case(
            "/api/chat",
            #"{"model":"m","messages":[{"role":"user","content":"x"}],"options":{"num_ctx":"big"}}"#,
            400,
            #"option "num_ctx" must be of type integer"#
        ),
        Case(
            "/api/generate",
            #"{"model":"m","prompt":"x","raw":true,"system":"s"}"#,
            400,
            "raw mode does not support template, system, or context"
        ),
        Case(
            "/api/generate",
            #"{"model":"m","prompt":"x","suffix":"y"}"#,
            400,
            "registry.ollama.ai/library/m:latest does not support insert"
        ),
        Case(
            "/api/generate",
            #"{"model":"m","prompt":"x","images":["aGk="]}"#,
            400,
            "registry.ollama.ai/library/m:latest does not support vision"
        ),
        Case(
            "/api/chat",
            #"{"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"function":{"name":"f"}}]}"#,
            400,
            "registry.ollama.ai/library/m:latest does not support tools"
        ),
        Case(
            "/api/chat",
            #"{"model":"m","messages":[{"role":"user","content":"x"}],"think":true}"#,
            400,
            #""m" does not support thinking"#
        ),
        Case(
            "/api/generate",
            #"{"model":"m","prompt":"x","format":5}"#,
            400,
            #"invalid format: 5; expected "json" or a valid JSON Schema object"#
        ),
    ])
    func withAPlainModel(_ expected: Case) async throws {
        try await Bench().run { client in
            try await client.make("m", template: nil)
            let response = try await client.send(expected.method, expected.path, expected.body)
            #expect(response.status.code == expected.status)
            #expect(response.json["error"]?.stringValue == expected.error)
        }
    }

    @Test func modelsThatMakeVectorsDoNotChat() async throws {
        try await Bench().run { client in
            try await client.make(
                "e",
                architecture: "bert",
                extra: [("bert.pooling_type", .uint32(1))]
            )
            let show = try await client.send(.post, "/api/show", #"{"model":"e"}"#)
            #expect(show.json["capabilities"] == ["embedding"])
            let chat = try await client.send(
                .post,
                "/api/chat",
                #"{"model":"e","messages":[{"role":"user","content":"x"}]}"#
            )
            #expect(chat.status == .badRequest)
            #expect(chat.json["error"] == #""e" does not support chat"#)
        }
    }

    @Test(arguments: [
        (SchedulingError.Code.queueFull, 503), (.stopping, 503), (.invalidRequest, 400),
        (.promptTooLong, 400), (.outOfMemory, 500), (.runnerStopped, 500),
    ])
    func errorsBeforeTheFirstPieceHaveAStatus(
        _ code: SchedulingError.Code,
        _ status: Int
    ) async throws {
        let stage = Stage { _, _ in throw SchedulingError(code, "because") }
        try await Bench(stage).run { client in
            try await client.make("m")
            for stream in [true, false] {
                let response = try await client.send(
                    .post,
                    "/api/generate",
                    #"{"model":"m","prompt":"x","stream":\#(stream)}"#
                )
                #expect(response.status.code == status)
                #expect(response.text == #"{"error":"because"}"#)
            }
        }
    }

    @Test func errorsAfterTheFirstPieceAreTheLastLine() async throws {
        let stage = Stage { _, emit in
            emit(.content("a"))
            throw SchedulingError(.runnerStopped, "gone")
        }
        try await Bench(stage).run { client in
            try await client.make("m")
            let response = try await client.send(
                .post,
                "/api/generate",
                #"{"model":"m","prompt":"x"}"#
            )
            #expect(response.status == .ok)
            #expect(response.lines.count == 2)
            #expect(response.lines.last == ["error": "gone"])
            let whole = try await client.send(
                .post,
                "/api/generate",
                #"{"model":"m","prompt":"x","stream":false}"#
            )
            #expect(whole.status.code == 500 && whole.text == #"{"error":"gone"}"#)
        }
    }

    @Test func creationThatFailsOnTheWayEndsItsLinesWithTheReason() async throws {
        try await Bench().run { client in
            let body = #"{"model":"x","files":{"a.gguf":"\#(Self.blob)"}"#
            let lines = try await client.send(.post, "/api/create", body + "}")
            #expect(lines.status == .ok)
            #expect(lines.lines.first == ["status": "parsing GGUF"])
            #expect(lines.lines.last?["error"]?.stringValue?.contains("sha256:000") == true)
            let whole = try await client.send(
                .post,
                "/api/create",
                body + #","stream":false}"#
            )
            #expect(whole.status.code == 500)
        }
    }

    @Test func uploadsWithAnotherDigestAreRefusedAndForgotten() async throws {
        try await Bench().run { client in
            let response = try await client.send(.post, "/api/blobs/\(Self.blob)", "content")
            #expect(response.status.code == 400)
            #expect(
                response.json["error"]?.stringValue?.lowercased().contains("digest mismatch")
                    == true
            )
            let head = try await client.send(.head, "/api/blobs/\(Self.blob)")
            #expect(head.status == .notFound)
        }
    }
}
