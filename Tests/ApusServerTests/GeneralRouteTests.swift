import ApusConversation
import ApusServer
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(1))) struct GeneralRouteTests {
    @Test func greetsAndTellsItsVersion() async throws {
        try await Bench().run { client in
            let greeting = try await client.send(.get, "/")
            #expect(greeting.text == "Ollama is running")
            #expect(greeting.headers[.contentType] == "text/plain; charset=utf-8")
            for path in ["/", "/api/version", "/api/tags"] {
                let head = try await client.send(.head, path)
                #expect(head.status == .ok && head.body.readableBytes == 0, "\(path)")
            }
            let version = try await client.send(.get, "/api/version")
            #expect(version.text == #"{"version":"0.32.15"}"#)
            #expect(version.headers[.contentType] == "application/json; charset=utf-8")
        }
    }

    @Test(arguments: [
        (HTTPRequest.Method.get, "/api/chat"), (.put, "/api/tags"), (.post, "/api/ps"),
        (.head, "/api/ps"), (.get, "/api/delete"), (.delete, "/api/show"), (.options, "/api/chat"),
        (.get, "/api/blobs/x"), (.post, "/"), (.patch, "/api/version"),
    ])
    func knownPathsRefuseOtherMethods(_ method: HTTPRequest.Method, _ path: String) async throws {
        try await Bench().run { client in
            // A router test is addressed to localhost, where OPTIONS is answered before routing.
            let response = try await client.send(method, path)
            if method == .options {
                #expect(response.status == .noContent)
            } else {
                #expect(response.status == .methodNotAllowed)
                #expect(response.headers[.allow]?.isEmpty == false)
            }
        }
    }

    @Test(arguments: ["/api/chat", "/v1/models", "/v1/messages", "/openapi.yaml"])
    func knownPathsRefuseNewMethods(_ path: String) async throws {
        let query = try #require(HTTPRequest.Method(rawValue: "QUERY"))
        try await Bench().run { client in
            let response = try await client.send(query, path)
            #expect(response.status == .methodNotAllowed)
            #expect(response.headers[.allow]?.isEmpty == false)
        }
    }

    @Test(arguments: ["/nowhere", "/api", "/api/tags/x", "/v1"])
    func unknownPathsAreNotFound(_ path: String) async throws {
        try await Bench().run { client in
            let response = try await client.send(.get, path)
            #expect(response.status == .notFound)
            #expect(response.text == "404 page not found")
        }
    }

    @Test(arguments: [
        ("/api/pull", #"{"model":""}"#, "invalid model name"),
        ("/api/pull", #"{"model":"../../x"}"#, "invalid model name"),
        ("/api/pull", #"{"model":"https://u:p@a.example/b/c.gguf"}"#, "user name or password"),
        ("/api/pull", #"{"model":"https://a.example/.gguf"}"#, "no name for a model"),
        ("/api/pull", #"{"model":"a","as":"../x"}"#, "invalid model name"),
        ("/api/pull", #"{"model":"https://a.example/b/c.bin?token=1"}"#, "invalid model name"),
        ("/api/push", #"{"model":"a","as":"b"}"#, "'as' is for pulls"),
        ("/api/push", "{}", "model is required"),
        ("/api/push", #"{"model":"","name":"a b"}"#, "invalid model name"),
    ])
    func transfersNeedANameThatIsOne(_ path: String, _ body: String, _ words: String) async throws {
        try await Bench().run { client in
            let response = try await client.send(.post, path, body)
            #expect(response.status == .badRequest)
            #expect(response.json["error"]?.stringValue?.contains(words) == true)
        }
    }

    @Test func failedPullIsTheLastLineOrAStatus() async throws {
        // Plain HTTP that was not allowed is refused before anything is connected to.
        try await Bench(hasRegistry: true).run { client in
            let body = #"{"model":"http://127.0.0.1:9/a/b"}"#
            let lines = try await client.send(.post, "/api/pull", body).lines
            #expect(lines == [["status": "pulling manifest"], ["error": "insecure protocol http"]])
            let whole = #"{"model":"http://127.0.0.1:9/a/b","stream":false}"#
            let response = try await client.send(.post, "/api/pull", whole)
            #expect(response.status == .badRequest)
            #expect(response.json == ["error": "insecure protocol http"])
            let push = try await client.send(.post, "/api/push", #"{"model":"none"}"#).lines
            #expect(
                push == [
                    ["status": "retrieving manifest"],
                    ["status": "couldn't retrieve manifest"],
                    ["error": "model 'none:latest' not found"],
                ]
            )
        }
    }

    /// Plain HTTP needs to be allowed for files, too, whatever they are to be called.
    @Test func filesAtURLsArePulledOrMadeFrom() async throws {
        try await Bench(hasRegistry: true).run { client in
            let url = "http://127.0.0.1:9/a/b.gguf?token=secret"
            for (path, body) in [
                ("/api/pull", #"{"model":"\#(url)","as":"c"}"#),
                ("/api/create", #"{"model":"x","from":"\#(url)"}"#),
            ] {
                let response = try await client.send(.post, path, body)
                #expect(response.lines.first == ["status": "pulling manifest"])
                let error = response.lines.last?["error"]?.stringValue ?? ""
                #expect(error.hasPrefix("insecure protocol http: ") && !error.contains("secret"))
            }
        }
    }

    @Test func registriesAreRefusedInWords() async throws {
        try await Bench().run { client in
            for path in ["/api/pull", "/api/push"] {
                let response = try await client.send(.post, path, #"{"model":"x"}"#)
                #expect(response.status == .notImplemented)
                #expect(response.json["error"]?.stringValue?.contains("not supported") == true)
            }
        }
    }

    @Test func bodiesBeyondTheLimitAreRefused() async throws {
        var configuration = ServerConfiguration()
        configuration.maximumBodyBytes = 100
        let body = #"{"model":"\#(String(repeating: "x", count: 200))"}"#
        try await Bench(configuration: configuration).run { client in
            let response = try await client.send(.post, "/api/show", body)
            #expect(response.status == .contentTooLarge)
            #expect(response.json["error"]?.stringValue?.contains("100 bytes") == true)
        }
    }

    @Test func browsersAreAnsweredByOrigin() async throws {
        let origin = try #require(HTTPField.Name("Origin"))
        try await Bench().run { client in
            for allowed in ["http://localhost:3000", "https://127.0.0.1", "app://x", "tauri://y"] {
                let response = try await client.send(
                    .get,
                    "/api/version",
                    headers: [origin: allowed]
                )
                #expect(response.headers[.accessControlAllowOrigin] == allowed)
                #expect(response.headers[.vary] == "Origin")
            }
            let refused = try await client.send(
                .get,
                "/api/version",
                headers: [origin: "https://evil.example"]
            )
            #expect(refused.status == .forbidden)
            let missing = try await client.send(
                .post,
                "/api/show",
                #"{"model":"x"}"#,
                headers: [origin: "http://localhost:3000"]
            )
            #expect(missing.status == .notFound)
            #expect(missing.headers[.accessControlAllowOrigin] == "http://localhost:3000")
            #expect(refused.headers[.accessControlAllowOrigin] == nil)
            let same = try await client.send(
                .get,
                "/api/version",
                headers: [origin: "http://localhost"]
            )
            #expect(same.headers[.accessControlAllowOrigin] == nil && same.status == .ok)
            let preflight = try await client.send(
                .options,
                "/api/chat",
                headers: [origin: "http://localhost:3000"]
            )
            #expect(preflight.status == .noContent)
            #expect(preflight.headers[.accessControlMaxAge] == "43200")
            #expect(
                preflight.headers[.accessControlAllowHeaders]?.contains("anthropic-version") == true
            )
        }
    }
}
