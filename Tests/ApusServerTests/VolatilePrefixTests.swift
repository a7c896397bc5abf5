import ApusConversation
import ApusScheduling
import ApusServer
import HTTPTypes
import HummingbirdTesting
import Synchronization
import Testing

/// What reaches the runner of a request whose system message tells the time.
@Suite(.timeLimit(.minutes(1))) struct VolatilePrefixTests {
    private static let system = "You are X.\\nCurrent time: 14:58"
    private static let chat = #"""
        {"model":"m","max_tokens":9,"messages":[{"role":"system","content":"\#(system)"},
          {"role":"user","content":"hi"}]}
        """#
    private static let message = #"""
        {"model":"m","max_tokens":9,"system":"\#(system)",
         "messages":[{"role":"user","content":"hi"}]}
        """#
    private static let response = #"""
        {"model":"m","instructions":"\#(system)","input":"hi"}
        """#

    private static func contents(
        _ path: String,
        _ body: String,
        _ configuration: ServerConfiguration = ServerConfiguration()
    ) async throws -> [String] {
        let bench = Bench(configuration: configuration)
        try await bench.run { client in
            try await client.make("m")
            let answer = try await client.send(.post, path, body)
            #expect(answer.status == .ok, "\(answer.text)")
        }
        let request = try #require(bench.stage.notes.withLock { $0.requests.first })
        guard case .conversation(let conversation) = request.prompt else { return [] }
        return conversation.messages.map(\.content)
    }

    @Test(arguments: [
        ("/v1/messages", message), ("/v1/chat/completions", chat), ("/v1/responses", response),
    ])
    func timesLeaveTheCachedPrefix(path: String, body: String) async throws {
        #expect(
            try await Self.contents(path, body) == [
                "You are X.",
                "hi\n\n<system-reminder>\nCurrent time: 14:58\n</system-reminder>",
            ]
        )
        var configuration = ServerConfiguration()
        configuration.movesVolatileText = false
        #expect(
            try await Self.contents(path, body, configuration)
                == ["You are X.\nCurrent time: 14:58", "hi"]
        )
    }

    @Test func promptsOfOllamasApiStayAsTheyAre() async throws {
        #expect(
            try await Self.contents("/api/chat", Self.chat)
                == ["You are X.\nCurrent time: 14:58", "hi"]
        )
    }

    @Test(arguments: [true, false]) func runnersKnowWhetherToReplay(replays: Bool) async throws {
        var configuration = ServerConfiguration()
        configuration.replaysAnswers = replays
        let bench = Bench(configuration: configuration)
        try await bench.run { client in
            try await client.make("m")
            _ = try await client.send(.post, "/v1/messages", Self.message)
        }
        let specification = bench.stage.notes.withLock { $0.specifications.first }
        #expect(specification?.options.replaysAnswers == replays)
    }
}
