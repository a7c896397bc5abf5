import ApusConversation
import ApusGGUF
import ApusScheduling
import HTTPTypes
import HummingbirdTesting
import Testing

/// Tokens, rankings, and what is not served.
@Suite(.timeLimit(.minutes(1))) struct OpenAIHelperTests {
    @Test func textsBecomeTokensAndBack() async throws {
        let stage = Stage { request, emit in
            #expect(request.rendersOnly)
            emit(.rendered("Hi!", tokens: 3))
        }
        try await Bench(stage).run { client in
            try await client.make("m")
            let text = try await client.send(.post, "/tokenize", #"{"model":"m","prompt":"ab"}"#)
            #expect(text.json["tokens"] == [1, 97, 98] && text.json["max_model_len"] == 2048)
            let bare = try await client.send(
                .post,
                "/tokenize",
                #"{"model":"m","prompt":"ab","add_special_tokens":false}"#
            )
            #expect(bare.json["tokens"] == [97, 98] && bare.json["count"] == 2)
            let chat = try await client.send(.post, "/tokenize", OpenAIBodies.chat())
            #expect(chat.json["tokens"] == [1, 72, 105, 33])
            let back = try await client.send(
                .post,
                "/detokenize",
                #"{"model":"m","tokens":[97,98]}"#
            )
            #expect(back.json == ["prompt": "ab"])
            let method = try await client.send(.get, "/tokenize")
            #expect(method.status == .methodNotAllowed && method.json["error"] != nil)
        }
    }

    @Test(arguments: ["/v1/rerank", "/v2/rerank", "/rerank"])
    func documentsAreRanked(_ path: String) async throws {
        try await Bench().run { client in
            try await client.make("m")
            try await client.make(
                "v",
                architecture: "bert",
                extra: [("bert.pooling_type", .uint32(1))]
            )
            let body = #","query":"q","documents":["a","b"],"top_n":1}"#
            let ranked = try await client.send(.post, path, #"{"model":"v""# + body).json
            #expect(ranked["results"]?.arrayValue?.count == 1)
            #expect(ranked["results"]?[0]?["relevance_score"]?.doubleValue == 1)
            let refused = try await client.send(.post, path, #"{"model":"m""# + body)
            #expect(refused.status == .badRequest && refused.json["error"]?["param"] == "model")
        }
    }

    @Test(arguments: [
        (HTTPRequest.Method.post, "/v1/moderations", "moderation"),
        (.post, "/v1/images/generations", "images"), (.get, "/v1/files", "files"),
        (.post, "/v1/audio/speech", "speech"), (.get, "/v1/vector_stores/x/files", "vector stores"),
        (.post, "/v1/responses/compact", "compaction"),
        (.get, "/v1/chat/completions/x", "stored chat completions"),
    ])
    func partsThatAreNotServedAreNamed(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ name: String
    ) async throws {
        try await Bench().run { client in
            let response = try await client.send(method, path)
            #expect(response.status == .notFound)
            let error = response.json["error"]
            #expect(error?["code"] == "unsupported_endpoint")
            #expect(error?["message"]?.stringValue?.contains(name) == true)
        }
    }

    @Test func copiesAreCalledByTheirOwnNames() async throws {
        try await Bench().run { client in
            try await client.make("m", template: Templates.plain)
            let copy = #"{"source":"m","destination":"n"}"#
            #expect(try await client.send(.post, "/api/copy", copy).status == .ok)
            for name in ["m", "n", "m"] {
                let body = #"{"model":"\#(name)","prompt":"a","suffix":"b"}"#
                let error = try await client.send(.post, "/v1/completions", body).json["error"]
                #expect(error?["message"]?.stringValue?.contains("/\(name):latest ") == true)
            }
        }
    }

    @Test func modelsAreDeleted() async throws {
        try await Bench().run { client in
            try await client.make("a/m")
            let deleted = try await client.send(.delete, "/v1/models/a%2Fm").json
            #expect(deleted == ["id": "a/m", "object": "model", "deleted": true])
            let gone = try await client.send(.delete, "/v1/models/a%2Fm")
            #expect(gone.status == .notFound && gone.json["error"]?["code"] == "model_not_found")
        }
    }

    @Test(arguments: [
        (SchedulingError(.invalidRequest, "x", field: .prompt), "messages", "input"),
        (SchedulingError(.invalidRequest, "x", field: .format), "response_format", "text.format"),
        (SchedulingError(.invalidRequest, "x", field: .tools), "tools", "tools"),
        (SchedulingError(.invalidRequest, "x", field: .logitBias), "logit_bias", "logit_bias"),
    ])
    func theRunnersRefusalsNameTheField(
        _ error: SchedulingError,
        _ chat: String,
        _ response: String
    ) async throws {
        let stage = Stage { _, _ in throw error }
        try await Bench(stage).run { client in
            try await client.make("m")
            let first = try await client.send(.post, "/v1/chat/completions", OpenAIBodies.chat())
            #expect(first.json["error"]?["param"] == .string(chat))
            #expect(first.json["error"]?["code"] == "invalid_value")
            let body = #"{"model":"m","input":"Hi"}"#
            let second = try await client.send(.post, "/v1/responses", body)
            #expect(second.json["error"]?["param"] == .string(response))
        }
    }

    @Test func promptsThatAreTooLongSayByHowMuch() async throws {
        let stage = Stage { _, _ in
            throw SchedulingError(.promptTooLong, "too long (5000 tokens, limit 4096)")
        }
        try await Bench(stage).run { client in
            try await client.make("m")
            let response = try await client.send(.post, "/v1/chat/completions", OpenAIBodies.chat())
            #expect(
                response.json["error"]?["message"]
                    == """
                    This model's maximum context length is 4096 tokens. However, your messages \
                    resulted in 5000 tokens. Please reduce the length of the messages.
                    """
            )
        }
    }
}
