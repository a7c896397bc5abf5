import ApusConversation
import HTTPTypes
import HummingbirdTesting
import Synchronization
import Testing

@testable import ApusServer

/// Models that name a prompt renderer or an output parser of Ollama's.
@Suite(.timeLimit(.minutes(1))) struct ChatNamesTests {
    private static let chat = #"{"model":"m","messages":[{"role":"user","content":"say hi"}]}"#

    @Test(arguments: ["renderer", "parser"])
    func unknownNamesAreRefusedWhenAModelIsMade(field: String) async throws {
        try await Bench().run { client in
            try await client.make("source")
            let body = #"{"model":"m","from":"source","\#(field)":"future","stream":false}"#
            let response = try await client.send(.post, "/api/create", body)
            #expect(response.status == .badRequest)
            let error = response.json["error"]?.stringValue ?? ""
            #expect(error.hasPrefix("unknown \(field) \"future\"; known are "))
            #expect(error.contains(", qwen3-coder, "))
        }
    }

    @Test func unknownNamesAreRefusedWhenAModelIsRun() throws {
        let names = ChatNames(renderer: "future", parser: "")
        #expect(names.problem(hasTemplate: true)?.hasPrefix("unknown renderer") == true)
        #expect(ChatNames(renderer: "", parser: "future").problem(hasTemplate: true) != nil)
        #expect(ChatNames(renderer: "", parser: "").problem(hasTemplate: false) == nil)
    }

    @Test func templateOfTheWeightsTakesTheRenderersPlace() async throws {
        try await Bench().run { client in
            try await client.make(
                "m",
                fields:
                    #","renderer":"qwen3-coder","parser":"qwen3-coder","template":"{{ .System }}{{ .Messages }}""#
            )
            let response = try await client.send(.post, "/api/chat", Self.chat)
            #expect(response.status == .ok)
            let request = try #require(client.bench.stage.notes.withLock { $0.requests.last })
            #expect(request.parser == "qwen3-coder")
            #expect(request.template == nil)
            // The parser knows no reasoning, whatever the template shows.
            let show = try await client.send(.post, "/api/show", #"{"model":"m"}"#)
            #expect(show.json["capabilities"] == ["completion", "tools"])
        }
    }

    @Test func rendererWithoutAnyTemplateIsRefusedWhenAModelIsRun() async throws {
        try await Bench().run { client in
            try await client.make(
                "m",
                fields: #","renderer":"qwen3-coder","template":"{{ .Prompt }}""#,
                template: nil
            )
            let response = try await client.send(.post, "/api/chat", Self.chat)
            #expect(response.status == .badRequest)
            #expect(
                response.json["error"]?.stringValue
                    == "the model names the renderer \"qwen3-coder\", in whose place the chat "
                    + "template of the weights is used, but they have none"
            )
            let show = try await client.send(.post, "/api/show", #"{"model":"m"}"#)
            #expect(show.status == .ok)
        }
    }

    @Test func templateOfTheModelfileServesWhereTheWeightsHaveNone() async throws {
        try await Bench().run { client in
            try await client.make(
                "m",
                fields: #","renderer":"qwen3-coder","template":"{{ .System }} {{ .Messages }}""#,
                template: nil
            )
            let response = try await client.send(.post, "/api/chat", Self.chat)
            #expect(response.status == .ok)
            let request = try #require(client.bench.stage.notes.withLock { $0.requests.last })
            #expect(request.template == "{{ .System }} {{ .Messages }}")
        }
    }
}
