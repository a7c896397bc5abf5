import ApusConversation
import ApusScheduling
import ApusServer
import HTTPTypes
import HummingbirdTesting
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct OpenAITextTests {
    @Test func textsGoOn() async throws {
        let stage = Stage()
        try await Bench(stage).run { client in
            try await client.make("m")
            let response = try await client.send(
                .post,
                "/v1/completions",
                #"{"model":"m","prompt":["A","B"],"n":2,"echo":true}"#
            )
            let choices = response.json["choices"]?.arrayValue ?? []
            #expect(choices.map { $0["text"] } == ["AHello", "AHello", "BHello", "BHello"])
            #expect(choices.map { $0["index"] } == [0, 1, 2, 3])
            #expect(response.json["usage"]?["prompt_tokens"] == 40)
            #expect(response.json["usage"]?["completion_tokens"] == 8)
            let requests = stage.notes.withLock { $0.requests }
            #expect(requests.map(\.prompt) == [.text("A"), .text("A"), .text("B"), .text("B")])
            #expect(requests.allSatisfy { $0.maximumTokens == 16 && $0.template == nil })
        }
    }

    @Test func tokensGoOnAndAreEchoedAsText() async throws {
        try await Bench().run { client in
            try await client.make("m")
            let response = try await client.send(
                .post,
                "/v1/completions",
                #"{"model":"m","prompt":[72,105],"echo":true,"stream":true}"#
            )
            #expect(response.text.hasSuffix("data: [DONE]\n\n"))
            let text = response.events.compactMap { $0.data["choices"]?[0]?["text"]?.stringValue }
            #expect(text.joined() == "HiHello")
        }
    }

    @Test func textsBecomeVectorsOfLengthOne() async throws {
        let stage = Stage()
        try await Bench(stage).run { client in
            try await client.make("m")
            let response = try await client.send(
                .post,
                "/v1/embeddings",
                #"{"model":"m","input":["a","Hi"]}"#
            )
            #expect(response.json["data"]?[0]?["embedding"] == [0.6, 0.8, 0.0])
            #expect(response.json["data"]?[1]?["index"] == 1)
            #expect(response.json["usage"] == ["prompt_tokens": 2, "total_tokens": 2])
            let encoded = try await client.send(
                .post,
                "/v1/embeddings",
                #"{"model":"m","input":[[72,105]],"encoding_format":"base64","dimensions":2}"#
            )
            // 0.6 and 0.8 as little-endian floats.
            #expect(encoded.json["data"]?[0]?["embedding"] == "mpkZP83MTD8=")
            let requests = stage.notes.withLock { $0.embeddings }
            #expect(requests.map(\.inputs) == [["a", "Hi"], ["Hi"]])
            #expect(requests.allSatisfy { !$0.truncates })
        }
    }

    @Test func modelsAreListedAndFound() async throws {
        try await Bench().run { client in
            try await client.make("m")
            try await client.make("someone/thing:7b")
            let list = try await client.send(.get, "/v1/models").json
            #expect(list["object"] == "list")
            let models = list["data"]?.arrayValue ?? []
            #expect(
                Set(models.compactMap { $0["id"]?.stringValue }) == [
                    "m:latest", "someone/thing:7b",
                ]
            )
            #expect(models.allSatisfy { $0["created"]?.intValue ?? 0 > 1_600_000_000 })
            for path in ["m", "m:latest", "someone/thing:7b", "someone%2Fthing%3A7b"] {
                let model = try await client.send(.get, "/v1/models/" + path)
                #expect(model.status == .ok, "\(path)")
                #expect(model.json["object"] == "model")
            }
            let named = try await client.send(.get, "/v1/models/someone%2Fthing:7b").json
            #expect(named["id"] == "someone/thing:7b" && named["owned_by"] == "someone")
            for path in ["nope", "a/b/c/d/e", "%ff%zz%", "no%20such"] {
                let model = try await client.send(.get, "/v1/models/" + path)
                #expect(model.status == .notFound, "\(path)")
                #expect(model.json["error"]?["code"] == "model_not_found")
            }
        }
    }

    @Test func clientsOfAnthropicGetTheirOwnModels() async throws {
        let name = try #require(HTTPField.Name("anthropic-version"))
        try await Bench().run { client in
            try await client.make("m")
            let headers: HTTPFields = [name: "2023-06-01"]
            let list = try await client.send(.get, "/v1/models", headers: headers).json
            #expect(list["has_more"] == false && list["data"]?[0]?["type"] == "model")
            let model = try await client.send(.get, "/v1/models/m", headers: headers).json
            #expect(model["type"] == "model")
            let missing = try await client.send(.get, "/v1/models/nope", headers: headers)
            #expect(missing.status == .notFound && missing.json["type"] == "error")
        }
    }
}
