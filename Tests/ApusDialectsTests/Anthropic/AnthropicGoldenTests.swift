import ApusConversation
import ApusDialects
import Foundation
import Testing

/// One of every shape that goes to a client, as `Tests/Conformance/anthropic_shapes.py` checks
/// them with the official client's own types.
///
/// Set `APUS_RECORD=1` to write `AnthropicGolden.swift` anew.
@Suite struct AnthropicGoldenTests {
    @Test func everyShapeIsTheOneThatWasChecked() throws {
        let lines = try shapes().map { $0.jsonText() }
        guard ProcessInfo.processInfo.environment["APUS_RECORD"] == nil else {
            let path = #filePath.replacing("AnthropicGoldenTests", with: "AnthropicGolden")
            let quotes = "#\"\"\""
            let head = """
                /// One line for every shape that goes to a client; written by `AnthropicGoldenTests`
                /// and checked by `Tests/Conformance/anthropic_shapes.py`.
                let anthropicGolden = \(quotes)

                """
            let body = lines.map { "    \($0)\n" }.joined()
            try (head + body + "    \"\"\"#\n").write(
                toFile: path,
                atomically: true,
                encoding: .utf8
            )
            return
        }
        #expect(lines == anthropicGolden.split(separator: "\n").map(String.init))
    }

    private func shapes() throws -> [JSONValue] {
        var result: [JSONValue] = []
        for (name, list) in transcripts {
            let stream = events(of: list, through: try framing { $0.model = name })
            let whole = events(
                of: list,
                through: try framing {
                    $0.model = name
                    $0.streamsToolInput = false
                }
            )
            let text = stream.map { .string($0.text) } as [JSONValue]
            let message = AnthropicMessage(collecting: stream)?.json ?? .null
            result.append([
                "kind": "stream", "name": .string(name), "text": .array(text), "value": message,
            ])
            let collected = AnthropicMessage(collecting: whole)?.json ?? .null
            result.append(["kind": "message", "name": .string(name), "value": collected])
        }
        for kind in AnthropicError.Kind.allCases {
            let error = AnthropicError(kind, "words")
            result.append([
                "kind": "error", "status": .integer(Int64(kind.status)),
                "value": error.json(requestID: "req_1"),
            ])
        }
        result.append([
            "kind": "thread", "status": 400,
            "value": AnthropicError.threadUnsupported.json(requestID: "req_1"),
        ])
        result.append(["kind": "count", "value": AnthropicCount.json(tokens: 12)])
        return try result + modelShapes() + batchShapes()
    }

    private var transcripts: [(String, [GenerationEvent])] {
        let call = ToolCall(id: "call_a", name: "w", arguments: ["city": "Oslo", "days": [1, 2]])
        let delta = { (text: String) -> GenerationEvent in
            .toolCallDelta(ToolCallDelta(index: 0, id: "call_a", arguments: text))
        }
        let begin = GenerationEvent.toolCallDelta(ToolCallDelta(index: 0, id: "call_a", name: "w"))
        let second = ToolCall(id: "call_b", name: "g", arguments: [:])
        return [
            ("text", [start(), .content("Hé "), .content("\"you\"\n"), finish()]),
            ("empty", [start(), finish(generated: 1)]),
            ("cached", [start(cached: 12), .content("a"), finish(cached: 12)]),
            ("cut", [start(), .content("a"), finish(.length, generated: 100)]),
            ("window", [start(), .content("a"), finish(.length, generated: 3)]),
            ("thinking", [start(), .thinking("hm"), .thinking("m"), .content("a"), finish()]),
            (
                "tools",
                [
                    start(), .thinking("hm"), .content("Look."), begin, delta(#"{"city":"Os"#),
                    delta(#"lo","days":[1,2]}"#), .toolCall(call), .toolCall(second), finish(),
                ]
            ),
            (
                "malformed",
                [start(), begin, delta(#"{"a": 1"#), .malformedToolCall("<call>"), finish()]
            ),
        ]
    }

    private func modelShapes() throws -> [JSONValue] {
        let time = WireTime(seconds: 1_790_000_000, nanoseconds: 120_000_000)
        let models = ["a:latest", "b/c:7b"].map { name in
            AnthropicModel(
                id: name,
                createdAt: time,
                capabilities: ["completion", "tools", "thinking"],
                contextLength: name.hasPrefix("a") ? 4096 : nil
            )
        }
        let query = try AnthropicPageQuery(["limit": "1"])
        let page = try AnthropicPage(of: models, query: query) { $0.id }
        return models.map { ["kind": "model", "value": $0.json] }
            + [["kind": "model_page", "value": page.json(\.json)]]
    }

    private func batchShapes() throws -> [JSONValue] {
        let time = WireTime(seconds: 1_790_000_000)
        let stream = events(of: [start(), .content("a"), finish()], through: try framing())
        let message = try #require(AnthropicMessage(collecting: stream))
        let error = AnthropicError(.invalidRequest, "words")
        let results = [
            AnthropicBatchResult(customID: "a", outcome: .succeeded(message)),
            AnthropicBatchResult(customID: "b", outcome: .errored(error, requestID: "req_1")),
            AnthropicBatchResult(customID: "c", outcome: .canceled),
            AnthropicBatchResult(customID: "d", outcome: .expired),
        ]
        var batch = AnthropicBatch(id: "msgbatch_1", count: 4, createdAt: time)
        var batches = [batch]
        batch.cancel(at: time)
        batches.append(batch)
        let counts = AnthropicBatch.Counts(results)
        batch.end(at: time, counts: counts, resultsURL: "http://127.0.0.1/v1/messages/batches/r")
        batches.append(batch)
        let page = try AnthropicPage(of: batches, query: AnthropicPageQuery([:])) { $0.id }
        return batches.map { ["kind": "batch", "value": $0.json] } + [
            ["kind": "batch_page", "value": page.json(\.json)],
            ["kind": "batch_deleted", "value": AnthropicBatch.deletedJSON(id: "msgbatch_1")],
        ] + results.map { ["kind": "batch_result", "value": $0.json] }
    }
}
