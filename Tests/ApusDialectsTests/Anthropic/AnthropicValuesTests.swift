import ApusConversation
import ApusDialects
import Testing

private let noon = WireTime(seconds: 1_790_000_000)

@Suite struct AnthropicValuesTests {
    @Test(arguments: AnthropicError.Kind.allCases)
    func errorsSurviveTheirStatus(kind: AnthropicError.Kind) {
        #expect(AnthropicError.Kind(status: kind.status) == kind)
    }

    @Test func statusesWithoutAKind() {
        #expect(AnthropicError.Kind(status: 503) == .overloaded)
        #expect(AnthropicError.Kind(status: 422) == .invalidRequest)
        #expect(AnthropicError.Kind(status: 502) == .api)
    }

    @Test func errorsOnTheWire() {
        let error = AnthropicError.promptTooLong(tokens: 9000, maximum: 4096)
        #expect(
            error.json(requestID: "req_1").jsonText()
                == #"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 9000 tokens > 4096 maximum"},"request_id":"req_1"}"#
        )
        #expect(AnthropicError(DialectError(.invalidResult, "x")).kind == .api)
        #expect(AnthropicError(DialectError(.unsupported, "x")).kind == .invalidRequest)
        #expect(AnthropicError.modelNotFound("m").json(requestID: nil)["request_id"] == .null)
    }

    @Test(
        arguments: [
            ([:], ["a", "b", "c", "d", "e"], false),
            (["limit": "2"], ["a", "b"], true),
            (["limit": "2", "after_id": "b"], ["c", "d"], true),
            (["limit": "2", "after_id": "c"], ["d", "e"], false),
            (["limit": "2", "before_id": "d"], ["b", "c"], true),
            (["limit": "2", "before_id": "c"], ["a", "b"], false),
            (["after_id": "e"], [], false),
        ] as [([String: String], [String], Bool)]
    )
    func pages(parameters: [String: String], ids: [String], hasMore: Bool) throws {
        let query = try AnthropicPageQuery(parameters)
        let page = try AnthropicPage(of: ["a", "b", "c", "d", "e"], query: query) { $0 }
        #expect(page.data == ids && page.hasMore == hasMore)
        let json = page.json { .string($0) }
        #expect(json["first_id"] == ids.first.map { .string($0) } ?? .null)
        #expect(json["last_id"] == ids.last.map { .string($0) } ?? .null)
    }

    @Test(arguments: [
        ["limit": "0"], ["limit": "1001"], ["limit": "x"], ["after_id": "a", "before_id": "b"],
    ])
    func badPageQueries(parameters: [String: String]) {
        #expect(throws: DialectError.self) { try AnthropicPageQuery(parameters) }
    }

    @Test func cursorsThatNameNothingAreRefused() throws {
        let query = try AnthropicPageQuery(["after_id": "x"])
        #expect(throws: DialectError.self) { try AnthropicPage(of: ["a"], query: query) { $0 } }
    }

    @Test func aBatchGoesThroughItsStates() throws {
        var batch = AnthropicBatch(id: "msgbatch_1", count: 2, createdAt: noon)
        #expect(batch.expiresAt == noon.advanced(byNanoseconds: 86_400_000_000_000))
        #expect(batch.counts.processing == 2 && batch.json["ended_at"] == .null)
        let later = noon.advanced(byNanoseconds: 1_000_000_000)
        batch.cancel(at: later)
        #expect(batch.status == .canceling && batch.cancelInitiatedAt == later)
        let results = [
            AnthropicBatchResult(customID: "a", outcome: .canceled),
            AnthropicBatchResult(customID: "b", outcome: .expired),
        ]
        batch.end(at: later, counts: AnthropicBatch.Counts(results), resultsURL: "http://x")
        #expect(batch.status == .ended && batch.counts.canceled == 1 && batch.counts.expired == 1)
        let ended = batch
        batch.cancel(at: noon)
        batch.end(at: noon, counts: AnthropicBatch.Counts(), resultsURL: "y")
        #expect(batch == ended)
        let kept = try JSONValueDecoder().decode(
            AnthropicBatch.self,
            from: JSONValueEncoder().encode(ended)
        )
        #expect(kept == ended)
    }

    @Test func aBatchKeepsBadParametersForTheirOwnResult() throws {
        let text = #"{"requests":[{"custom_id":"a-1","params":{"model":"m"}}],"x":1}"#
        let batch = try AnthropicBatchRequest(body: Array(text.utf8))
        #expect(batch.items.map(\.customID) == ["a-1"] && batch.ignored == ["x"])
        #expect(throws: DialectError.self) { try batch.items[0].request() }
    }

    @Test(arguments: [
        #"{}"#, #"{"requests":[]}"#, #"{"requests":[{"custom_id":"a b","params":{}}]}"#,
        #"{"requests":[{"custom_id":"","params":{}}]}"#, #"{"requests":[{"params":{}}]}"#,
        #"{"requests":[{"custom_id":"a","params":[]}]}"#,
        #"{"requests":[{"custom_id":"a","params":{}},{"custom_id":"a","params":{}}]}"#,
    ])
    func badBatches(text: String) {
        #expect(throws: DialectError.self) { try AnthropicBatchRequest(body: Array(text.utf8)) }
    }

    @Test func resultsAreLines() {
        let error = AnthropicError(.invalidRequest, "a\nb")
        let result = AnthropicBatchResult(customID: "a", outcome: .errored(error, requestID: nil))
        #expect(
            result.line
                == #"{"custom_id":"a","result":{"type":"errored","error":{"type":"error","error":{"type":"invalid_request_error","message":"a\nb"},"request_id":null}}}"#
                + "\n"
        )
    }
}
