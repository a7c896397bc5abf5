import ApusConversation
import ApusScheduling
import ApusServer
import HTTPTypes
import HummingbirdTesting
import Synchronization
import Testing

/// A request of each API that asks for an answer, and the place of the message in a refusal.
private let requests: [(path: String, body: String)] = [
    ("/api/chat", #"{"model":"m","messages":[{"role":"user","content":"x"}],"stream":false}"#),
    ("/v1/chat/completions", #"{"model":"m","messages":[{"role":"user","content":"x"}]}"#),
    (
        "/v1/messages",
        #"{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"x"}]}"#
    ),
]

extension TestResponse {
    /// Whether this is a refusal in the shape of the API that a path belongs to.
    fileprivate func isRefusal(of path: String) -> Bool {
        switch path {
        case "/v1/messages":
            json["type"] == "error" && json["error"]?["type"]?.stringValue != nil
                && json["error"]?["message"]?.stringValue != nil
        case _ where path.hasPrefix("/v1/"):
            json["error"]?["message"]?.stringValue != nil && json["error"]?["param"] != nil
        default: json["error"]?.stringValue != nil
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct RefusalTests {
    @Test func whoeverMustWaitIsToldHowLong() async throws {
        let stage = Stage { _, _ in throw SchedulingError(.queueFull, "busy") }
        try await Bench(stage).run { client in
            try await client.make("m")
            for (path, body) in requests {
                let response = try await client.send(.post, path, body)
                #expect(response.status.code == (path == "/v1/messages" ? 529 : 503), "\(path)")
                #expect(response.headers[.retryAfter] == "1", "\(path)")
                #expect(response.isRefusal(of: path), "\(path)")
            }
            let fine = try await client.send(.get, "/api/version")
            #expect(fine.headers[.retryAfter] == nil)
        }
    }

    @Test func deepBodiesAreRefused() async throws {
        let brackets =
            String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        try await Bench().run { client in
            for (path, _) in requests {
                for body in [brackets, #"{"model":"m","messages":\#(brackets)}"#] {
                    let response = try await client.send(.post, path, body)
                    #expect(response.status == .badRequest, "\(path)")
                    #expect(response.isRefusal(of: path), "\(path)")
                    #expect(response.text.contains("too deep"), "\(path) \(response.text)")
                }
            }
        }
    }

    @Test func bodiesOfTooManyValuesAreRefused() async throws {
        let zeros = String(repeating: "0,", count: JSONParser.maximumRequestValues) + "0"
        try await Bench().run { client in
            for (path, _) in requests {
                let response = try await client.send(.post, path, #"{"x":[\#(zeros)]}"#)
                #expect(response.status == .badRequest, "\(path)")
                #expect(response.isRefusal(of: path), "\(path)")
                #expect(response.text.contains("more values than allowed"), "\(path)")
            }
        }
    }

    /// Images are refused whatever their source is; nothing is fetched, there is no client for it.
    @Test(arguments: [
        (
            "/api/chat",
            #"{"model":"m","messages":[{"role":"user","content":"x","images":["http://127.0.0.1:1/a.png"]}]}"#
        ),
        ("/api/generate", #"{"model":"m","prompt":"x","images":["http://127.0.0.1:1/a.png"]}"#),
        (
            "/v1/chat/completions",
            #"{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"http://127.0.0.1:1/a.png"}}]}]}"#
        ),
        (
            "/v1/responses",
            #"{"model":"m","input":[{"role":"user","content":[{"type":"input_image","image_url":"http://127.0.0.1:1/a.png"}]}]}"#
        ),
        (
            "/v1/messages",
            #"{"model":"m","max_tokens":5,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"http://127.0.0.1:1/a.png"}}]}]}"#
        ),
    ])
    func imagesAreRefusedByName(_ path: String, _ body: String) async throws {
        let bench = Bench()
        try await bench.run { client in
            try await client.make("m")
            let response = try await client.send(.post, path, body)
            #expect(response.status == .badRequest, "\(path)")
            #expect(response.isRefusal(of: path), "\(path)")
            let text = response.text
            #expect(text.contains("image") || text.contains("vision"), "\(path) \(text)")
        }
        #expect(bench.stage.notes.withLock { $0.requests.isEmpty })
    }
}
