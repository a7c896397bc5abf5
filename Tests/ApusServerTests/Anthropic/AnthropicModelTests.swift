import ApusConversation
import ApusServer
import HTTPTypes
import HummingbirdTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct AnthropicModelTests {
    private static var headers: HTTPFields {
        var headers = HTTPFields()
        headers.append("anthropic-version", "2023-06-01")
        return headers
    }

    @Test func modelsAreListedInPages() async throws {
        try await Bench().run { client in
            for name in ["a", "b", "c"] { try await client.make(name) }
            let all = try await client.send(.get, "/v1/models", headers: Self.headers).json
            let names = all["data"]?.arrayValue?.compactMap { $0["id"]?.stringValue } ?? []
            #expect(names.sorted() == ["a:latest", "b:latest", "c:latest"])
            #expect(all["has_more"] == false && all["first_id"]?.stringValue == names.first)
            let model = all["data"]?[0]
            #expect(model?["type"] == "model" && model?["max_input_tokens"] == 4096)
            #expect(model?["capabilities"]?["thinking"]?["supported"] == true)
            let page = try await client.send(
                .get,
                "/v1/models?limit=1&after_id=\(names.first ?? "")",
                headers: Self.headers
            ).json
            #expect(page["data"]?.arrayValue?.count == 1 && page["has_more"] == true)
            #expect(page["data"]?[0]?["id"]?.stringValue == names[1])
            for query in ["limit=0", "limit=x", "after_id=nope", "after_id=a&before_id=b"] {
                let refused = try await client.send(
                    .get,
                    "/v1/models?" + query,
                    headers: Self.headers
                )
                #expect(refused.status == .badRequest, "\(query)")
                #expect(refused.json["error"]?["type"] == "invalid_request_error")
            }
        }
    }

    @Test func oneModelIsFoundByAnyOfItsSpellings() async throws {
        try await Bench().run { client in
            try await client.make("me/a")
            for path in ["me/a", "me%2Fa", "me%2Fa%3Alatest", "ME/a:latest"] {
                let response = try await client.send(
                    .get,
                    "/v1/models/" + path,
                    headers: Self.headers
                )
                #expect(response.json["id"] == "me/a:latest", "\(path): \(response.text)")
                #expect(response.header("request-id") != nil)
            }
            for path in ["nope", "%zz", "a%20b", "..%2f..%2fx"] {
                let response = try await client.send(
                    .get,
                    "/v1/models/" + path,
                    headers: Self.headers
                )
                #expect(response.status == .notFound, "\(path)")
                #expect(response.json["error"]?["type"] == "not_found_error", "\(path)")
            }
        }
    }
}
