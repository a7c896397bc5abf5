import ApusConversation
import ApusDialects
import Testing

/// A responses request read from JSON text without its model.
private func responsesRequest(_ members: String) throws -> OpenAIResponses.Request {
    try OpenAIResponses.Request(OpenAIWire.body(Array((#"{"model":"m""# + members + "}").utf8)))
}

/// The whole stream, and the response at its end.
private func stream(
    _ events: [GenerationEvent],
    _ members: String = #","input":"hi""#
) throws -> (types: [String], frames: [JSONValue], response: JSONValue) {
    let request = try responsesRequest(members)
    let generation = try request.generation(for: openAIModel())
    var framing = OpenAIResponses.Framing(openAIEnvelope, for: request, generation: generation)
    var frames = framing.begin()
    for event in events { frames += framing.frames(for: event, now: 2) }
    OpenAIShapes.note("response.events", frames)
    OpenAIShapes.note("response", [framing.response])
    return (frames.compactMap { $0["type"]?.stringValue }, frames, framing.response)
}

@Suite struct OpenAIResponsesTests {
    @Test func textStreamHasTheSequenceOfTheReference() throws {
        let (types, frames, response) = try stream([.content("Hi"), .content("!"), openAIEnd()])
        #expect(
            types == [
                "response.created", "response.in_progress", "response.output_item.added",
                "response.content_part.added", "response.output_text.delta",
                "response.output_text.delta", "response.output_text.done",
                "response.content_part.done", "response.output_item.done", "response.completed",
            ]
        )
        #expect(frames.map { $0["sequence_number"]?.intValue } == Array(0..<10))
        #expect(
            frames[4].jsonText()
                == #"{"type":"response.output_text.delta","sequence_number":4,"output_index":0,"item_id":"msg_7_0","content_index":0,"delta":"Hi","logprobs":[]}"#
        )
        #expect(
            response["output"]?.jsonText()
                == #"[{"id":"msg_7_0","type":"message","status":"completed","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"Hi!"}],"role":"assistant"}]"#
        )
        #expect(response["completed_at"] == 2)
        #expect(
            response["usage"]?.jsonText()
                == #"{"input_tokens":20,"input_tokens_details":{"cached_tokens":8,"cache_write_tokens":12},"output_tokens":15,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":35}"#
        )
    }

    @Test(arguments: [
        (#","input":"q""#, "reasoning_text", "content_part"),
        (
            #","input":"q","reasoning":{"summary":"auto"}"#, "reasoning_summary_text",
            "reasoning_summary_part"
        ),
    ])
    func reasoningAndCallsAreItemsOfTheirOwn(
        _ members: String,
        _ text: String,
        _ part: String
    ) throws {
        let (types, _, response) = try stream(
            [
                .thinking("hm"), .toolCallDelta(ToolCallDelta(index: 0, id: "c", name: "w")),
                .toolCallDelta(ToolCallDelta(index: 0, id: "c", arguments: "{}")),
                .toolCall(ToolCall(id: "c", name: "w", arguments: [:])), openAIEnd(),
            ],
            members
        )
        #expect(
            types == [
                "response.created", "response.in_progress", "response.output_item.added",
                "response.\(part).added", "response.\(text).delta", "response.\(text).done",
                "response.\(part).done", "response.output_item.done",
                "response.output_item.added", "response.function_call_arguments.delta",
                "response.function_call_arguments.done", "response.output_item.done",
                "response.completed",
            ]
        )
        #expect(
            response["output"]?[1]?.jsonText()
                == #"{"id":"fc_7_1","type":"function_call","status":"completed","arguments":"{}","call_id":"c","name":"w"}"#
        )
    }

    @Test func limitsMakeResponsesIncompleteAndErrorsMakeThemFail() throws {
        let (types, _, response) = try stream(
            [openAIProbability("A", -1), .content("A"), openAIEnd(.length)],
            #","input":"q","top_logprobs":1,"text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"}}},"tools":[{"type":"function","name":"f","parameters":{},"strict":true}],"tool_choice":{"type":"function","name":"f"}"#
        )
        #expect(types.last == "response.incomplete")
        #expect(response["incomplete_details"] == ["reason": "max_output_tokens"])
        #expect(response["completed_at"]?.isNull == true)
        let plain = try responsesRequest(#","input":"q""#)
        var framing = OpenAIResponses.Framing(
            openAIEnvelope,
            for: plain,
            generation: try plain.generation(for: openAIModel())
        )
        var frames = framing.begin() + framing.frames(for: .content("A"), now: 2)
        frames += framing.fail(OpenAIError(.server, "broke"))
        OpenAIShapes.note("response.events", frames)
        #expect(frames.last?["type"] == "response.failed")
        #expect(framing.response["error"]?["code"] == "server_error")
        #expect(framing.frames(for: .content("B"), now: 3).isEmpty)
    }

    @Test func itemsOfOneTurnBecomeOneMessage() throws {
        let found = try responsesRequest(
            #"""
            ,"instructions":"I","input":[{"role":"developer","content":"d"},
            {"type":"message","role":"user","content":[{"type":"input_text","text":"q"}]},
            {"type":"reasoning","id":"r","summary":[],"content":[{"type":"reasoning_text","text":"hm"}]},
            {"type":"function_call","call_id":"a","name":"f","arguments":"{}"},
            {"type":"function_call","call_id":"b","name":"g","arguments":"{}"},
            {"type":"function_call_output","call_id":"b","output":"r"}]
            """#
        )
        #expect(
            found.messages == [
                Message(role: "system", content: "d"), Message(role: "user", content: "q"),
                Message(
                    role: "assistant",
                    thinking: "hm",
                    toolCalls: [
                        ToolCall(id: "a", name: "f", arguments: [:]),
                        ToolCall(id: "b", name: "g", arguments: [:]),
                    ]
                ), Message(role: "tool", content: "r", toolName: "g", toolCallID: "b"),
            ]
        )
        let history = [Message(role: "user", content: "before")]
        guard
            case .conversation(let turns) = try found.generation(
                for: openAIModel(),
                history: history
            ).prompt
        else { return }
        #expect(turns.messages.prefix(2).map(\.content) == ["I", "before"])
    }

    @Test(arguments: [
        (#""x":1"#, "input"), (#""input":3"#, "input"), (#""input":[{}]"#, "input[0].role"),
        (#""input":[{"type":"item_reference","id":"x"}]"#, "input[0].type"),
        (
            #""input":[{"role":"user","content":[{"type":"input_image"}]}]"#,
            "input[0].content[0].type"
        ),
        (#""input":"q","background":true,"store":false"#, "background"),
        (#""input":"q","access_programs":{}"#, "access_programs"),
        (#""input":"q","prompt_cache_options":{"prewarm":true}"#, "prompt_cache_options.prewarm"),
        (#""input":"q","include":["x"]"#, "include[0]"),
        (#""input":"q","truncation":"x""#, "truncation"),
        (#""input":"q","tools":[{"type":"web_search"}]"#, "tools[0].type"),
        (#""input":"q","text":{"format":{"type":"x"}}"#, "text.format.type"),
        (#""input":"q","reasoning":{"effort":"x"}"#, "reasoning.effort"),
        (#""input":"q","conversation":"c","previous_response_id":"r""#, "previous_response_id"),
        (#""input":"q","prompt":{"id":"p"}"#, "prompt"),
    ])
    func refusalsNameTheField(_ members: String, _ param: String) {
        #expect(openAIRefusal { try responsesRequest("," + members) }?.param == param)
    }

    @Test func keptResponsesAreGoneOnFrom() async throws {
        let store = OpenAIStore()
        for (id, input, previous) in [("1", "a", nil), ("2", "b", "resp_1")] {
            let request = try responsesRequest(
                #","input":"\#(input)""#
                    + (previous.map { #","previous_response_id":"\#($0)""# } ?? "")
            )
            var framing = OpenAIResponses.Framing(
                OpenAIEnvelope(id: id, created: 1, model: "m"),
                for: request,
                generation: try request.generation(for: openAIModel())
            )
            for event in [GenerationEvent.content("A" + id), openAIEnd()] {
                _ = framing.frames(for: event, now: 2)
            }
            let stored = OpenAIStoredResponse(framing.response, to: request)
            await store.save(try #require(stored))
        }
        let next = try responsesRequest(#","input":"c","previous_response_id":"resp_2""#)
        let history = try await store.history(before: next)
        #expect(history.map(\.content) == ["a", "A1", "b", "A2"])
        let items = try #require(await store.response("resp_2")).items
        let page = try OpenAIItems.page(items, query: ["limit": "1"])
        OpenAIShapes.note("response.items", [page, try OpenAIItems.page(items, query: [:])])
        #expect(page["has_more"] == true && page["first_id"] == "msg_2_0")
        #expect(
            openAIRefusal { try OpenAIItems.page(items, query: ["limit": "x"]) }?.param == "limit"
        )
        let lost = try responsesRequest(#","input":"c","previous_response_id":"resp_9""#)
        await #expect(throws: OpenAIError.self) { try await store.history(before: lost) }
    }

    @Test func responsesInTheBackgroundBeginInTheQueue() throws {
        let request = try responsesRequest(#","input":"hi","background":true,"stream":true"#)
        let generation = try request.generation(for: openAIModel())
        var framing = OpenAIResponses.Framing(openAIEnvelope, for: request, generation: generation)
        #expect(framing.identifier == "resp_7" && !framing.isComplete)
        var frames = framing.begin()
        #expect(framing.response["status"] == "queued")
        #expect(framing.response["background"] == true)
        frames += framing.frames(for: .content("Hi"), now: 2)
        let types = frames.compactMap { $0["type"]?.stringValue }
        #expect(
            types.prefix(4) == [
                "response.created", "response.queued", "response.in_progress",
                "response.output_item.added",
            ]
        )
        var cancelled = framing
        cancelled.cancel()
        #expect(cancelled.isComplete && cancelled.response["status"] == "cancelled")
        #expect(cancelled.response["output"]?[0]?["content"]?[0]?["text"] == "Hi")
        #expect(cancelled.frames(for: openAIEnd(), now: 3).isEmpty)
        frames += framing.frames(for: openAIEnd(), now: 3)
        OpenAIShapes.note("response.events", frames)
        #expect(frames.map { $0["sequence_number"]?.intValue } == Array(0..<frames.count))
        let error = openAIRefusal {
            try responsesRequest(#","input":"hi","background":true,"store":false"#)
        }
        #expect(error?.param == "background")
    }

    @Test(arguments: ["Hm.", "Grüße", "ab", "a", ""])
    func sealedReasoningIsReadAgain(_ text: String) throws {
        let include = #","input":"q","include":["reasoning.encrypted_content"]"#
        let events: [GenerationEvent] = [.thinking(text), .content("A"), openAIEnd()]
        let output = try stream(events, include).response["output"]?[0]
        if text.isEmpty {
            #expect(output?["type"] == "message")
            return
        }
        let sealed = try #require(output?["encrypted_content"])
        let item: JSONValue = ["type": "reasoning", "summary": [], "encrypted_content": sealed]
        let turns = try OpenAIItems.messages([item, ["role": "assistant", "content": "A"]])
        #expect(turns.map(\.thinking) == [text])
        #expect(try stream(events).response["output"]?[0]?["encrypted_content"] == nil)
    }

    @Test(arguments: ["x", "====", "AB==", "A===", "AAA*", "/w=="])
    func reasoningOfOthersIsRefused(_ sealed: String) {
        let item: JSONValue = ["type": "reasoning", "encrypted_content": .string(sealed)]
        let error = openAIRefusal { try OpenAIItems.messages([item]) }
        #expect(error?.param == "input[0].encrypted_content")
    }

    @Test func nullsAreRepeatedAsDefaults() throws {
        let nulls =
            #","input":"q","metadata":null,"tools":null,"tool_choice":null,"text":{"format":null}"#
        let (_, _, response) = try stream([.content("A"), openAIEnd()], nulls)
        #expect(response["metadata"] == [:] && response["tools"] == [])
        #expect(response["tool_choice"] == "auto")
        #expect(response["text"]?["format"] == ["type": "text"])
    }

    @Test func conversationsAreGoneOnFrom() async throws {
        let store = OpenAIStore()
        let body: JSONObject = ["items": [["role": "user", "content": "a"]], "metadata": [:]]
        let conversation = try OpenAIStoredConversation(body, id: "5", created: 1)
        OpenAIShapes.note("conversation", [conversation.json])
        OpenAIShapes.note("response.count", [OpenAIItems.count(tokens: 4)])
        await store.save(conversation)
        let next = try responsesRequest(#","input":"b","conversation":{"id":"conv_5"}"#)
        #expect(try await store.history(before: next).map(\.content) == ["a"])
        let bad: JSONObject = ["items": [["role": "x"]]]
        let error = openAIRefusal { try OpenAIStoredConversation(bad, id: "5", created: 1) }
        #expect(error?.param == "items[0].role")
    }
}
