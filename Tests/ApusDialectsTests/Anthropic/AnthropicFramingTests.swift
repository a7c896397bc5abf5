import ApusConversation
import ApusDialects
import Testing

private let usage =
    #""usage":{"input_tokens":20,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"output_tokens":0,"service_tier":"standard"}"#
private let opening =
    #"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,\#(usage)}}"#

private func ending(_ reason: String, _ sequence: String = "null", output: Int = 15) -> String {
    #"{"type":"message_delta","delta":{"stop_reason":"\#(reason)","stop_sequence":\#(sequence)},"usage":{"input_tokens":20,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":\#(output)}}"#
}

/// The data of the events that a streamed answer consists of.
private func data(
    _ list: [GenerationEvent],
    _ framing: AnthropicFraming
) -> [String] {
    events(of: list, through: framing).map { $0.json.jsonText() }
}

@Suite struct AnthropicFramingTests {
    @Test func thinkingTextAndCallMakeTheWholeSequence() throws {
        let list: [GenerationEvent] = [
            start(), .thinking("need "), .thinking("weather"), .content("\n\n"),
            .content("Let me look."),
            .toolCallDelta(ToolCallDelta(index: 0, id: "call_a", name: "w")),
            .toolCallDelta(ToolCallDelta(index: 0, id: "call_a", arguments: #"{"city":"#)),
            .toolCallDelta(ToolCallDelta(index: 0, id: "call_a", arguments: #""Oslo"}"#)),
            .toolCall(ToolCall(id: "call_a", name: "w", arguments: ["city": "Oslo"])), finish(),
        ]
        let expected = [
            opening,
            #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"need "}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"weather"}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"sig:12"}}"#,
            #"{"type":"content_block_stop","index":0}"#,
            #"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}"#,
            #"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"\n\nLet me look."}}"#,
            #"{"type":"content_block_stop","index":1}"#,
            #"{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_a","name":"w","input":{}}}"#,
            #"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"city\":"}}"#,
            #"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"\"Oslo\"}"}}"#,
            #"{"type":"content_block_stop","index":2}"#,
            ending("tool_use"),
            #"{"type":"message_stop"}"#,
        ]
        #expect(try data(list, framing()) == expected)
    }

    @Test func serverSentTextHasAnEventLineAndAnEmptyLine() {
        #expect(AnthropicEvent.ping.text == "event: ping\ndata: {\"type\":\"ping\"}\n\n")
        let error = AnthropicEvent.error(AnthropicError(.overloaded, "busy"), requestID: "req_1")
        #expect(
            error.text == #"""
                event: error
                data: {"type":"error","error":{"type":"overloaded_error","message":"busy"},"request_id":"req_1"}


                """#
        )
    }

    @Test func callsWithoutPiecesAreSentWhole() throws {
        let calls: [GenerationEvent] = [
            start(), .toolCall(ToolCall(id: "call_a", name: "f", arguments: ["z": 1, "a": 2])),
            .toolCall(ToolCall(id: "call_b", name: "g", arguments: [:])), finish(),
        ]
        let text = try data(calls, framing())
        #expect(text.count == 9)
        #expect(text[2].contains(#""partial_json":"{\"z\":1,\"a\":2}""#))
        #expect(text[4].contains(#""index":1,"content_block":{"type":"tool_use","id":"toolu_b""#))
    }

    @Test func anEmptyAnswerIsAValidMessage() throws {
        #expect(
            try data([start(), finish(generated: 1)], framing())
                == [opening, ending("end_turn", output: 1), #"{"type":"message_stop"}"#]
        )
    }

    @Test func whiteSpaceAloneIsKeptAndBeforeACallIsNot() throws {
        let alone = AnthropicMessage(
            collecting: try events(of: [start(), .content("\n"), finish()], through: framing())
        )
        #expect(alone?.content == [.text("\n")])
        let call = ToolCall(id: "call_a", name: "f", arguments: [:])
        let before = AnthropicMessage(
            collecting: try events(
                of: [start(), .content("\n\n"), .toolCall(call), finish()],
                through: framing()
            )
        )
        #expect(before?.content == [.toolUse(id: "toolu_a", name: "f", input: "{}")])
    }

    @Test func reasonsOfTheEnd() throws {
        let request = #"{\#(hello),"stop_sequences":["END"],"max_tokens":15}"#
        let last = { (event: GenerationEvent) throws -> String in
            try data([start(), .content("a"), event], framing(request)).dropLast().last ?? ""
        }
        #expect(try last(finish()) == ending("end_turn"))
        #expect(try last(finish(stopText: "END")) == ending("stop_sequence", #""END""#))
        #expect(try last(finish(stopText: "<|im_end|>")) == ending("end_turn"))
        #expect(try last(finish(.length)) == ending("max_tokens"))
        #expect(
            try last(finish(.length, generated: 14))
                == ending("model_context_window_exceeded", output: 14)
        )
    }

    @Test func cachedTokensAreLeftOutOfInputTokens() throws {
        let plain = try #require(
            AnthropicMessage(
                collecting: try events(
                    of: [start(cached: 12), finish(cached: 12)],
                    through: framing()
                )
            )
        )
        #expect(plain.usage.inputTokens == 8 && plain.usage.cacheReadTokens == 12)
        #expect(plain.usage.cacheCreationTokens == 0)
        let request =
            #"{"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral","ttl":"1h"}}],\#(hello)}"#
        let caching = try #require(
            AnthropicMessage(
                collecting: try events(
                    of: [start(cached: 12), finish(cached: 12)],
                    through: framing(request)
                )
            )
        )
        #expect(caching.usage.inputTokens == 1 && caching.usage.cacheCreationTokens == 7)
        #expect(caching.usage.json["cache_creation"]?["ephemeral_1h_input_tokens"] == 7)
    }

    @Test func aMalformedCallBecomesText() throws {
        let list: [GenerationEvent] = [
            start(), .toolCallDelta(ToolCallDelta(index: 0, id: "call_a", name: "f")),
            .toolCallDelta(ToolCallDelta(index: 0, id: "call_a", arguments: #"{"a": no"#)),
            .malformedToolCall(#"<call>{"a": no"#), finish(),
        ]
        let whole = AnthropicMessage(
            collecting: try events(of: list, through: framing { $0.streamsToolInput = false })
        )
        #expect(whole?.content == [.text(#"<call>{"a": no"#)])
        let streamed = AnthropicMessage(collecting: try events(of: list, through: framing()))
        #expect(streamed?.stopReason == .endTurn)
        #expect(streamed?.content.last == .text(#"<call>{"a": no"#))
        #expect(streamed?.json["content"]?[0]?["input"] == [:])
    }

    @Test func hiddenThinkingTravelsInItsSignature() throws {
        let list: [GenerationEvent] = [start(), .thinking("secret"), .content("a"), finish()]
        let hidden = AnthropicMessage(
            collecting: try events(of: list, through: framing { $0.showsThinking = false })
        )
        #expect(
            hidden?.content == [.thinking("", signature: "hidden:secret"), .text("a")]
        )
    }

    @Test func tokensOfReasoningAreCounted() throws {
        let list: [GenerationEvent] = [
            start(), .thinking("t"), .content("a"), finish(thinking: 7),
        ]
        let sent = try events(of: list, through: framing())
        let message = AnthropicMessage(collecting: sent)
        #expect(message?.json["usage"]?["output_tokens_details"] == ["thinking_tokens": 7])
        let delta = sent.compactMap { event in
            if case .messageDelta(_, _, let usage) = event { usage.deltaJSON } else { nil }
        }
        #expect(delta.first?["output_tokens_details"] == ["thinking_tokens": 7])
    }

    @Test func noTokensOnlyWarmTheCache() throws {
        let request = try anthropic(#"{\#(hello),"max_tokens":0}"#)
        #expect(try request.generation(for: model(), seal: seal).maximumTokens == 1)
        let framing = try framing(#"{\#(hello),"max_tokens":0}"#)
        #expect(
            data([start(), .content("a"), finish(.length, generated: 1)], framing)
                == [opening, ending("max_tokens", output: 0), #"{"type":"message_stop"}"#]
        )
    }

    @Test func anEarlyStartIsCorrectedAtTheEnd() throws {
        var framing = try framing()
        let early = framing.start(PromptUsage(tokens: 20, cachedTokens: 0))
        #expect(early.map(\.name) == ["message_start"])
        #expect(framing.events(for: start(cached: 5)) == [])
        let end = framing.events(for: finish(cached: 5)).first?.json["usage"]
        #expect(end?["input_tokens"] == 15 && end?["cache_read_input_tokens"] == 5)
    }

    @Test func identifiersOfCallsSurviveTheWayToTheClientAndBack() {
        for id in ["call_ab12cd34", "call_0"] {
            #expect(AnthropicToolID.engine(AnthropicToolID.wire(id)) == id)
        }
        #expect(AnthropicToolID.wire("toolu_01AB") == "toolu_01AB")
        #expect(AnthropicToolID.wire("x y/ü") == "toolu_x_y__")
    }

    @Test(arguments: 0..<200)
    func everyOrderOfEventsMakesAValidStream(seed: UInt64) throws {
        var random = Steps(state: seed)
        var list: [GenerationEvent] = []
        for step in 0..<Int(random.next() % 12) {
            let id = "call_\(step % 3)"
            switch random.next() % 6 {
            case 0: list.append(.content(step % 2 == 0 ? "\n" : "text"))
            case 1: list.append(.thinking("t"))
            case 2: list.append(.toolCallDelta(ToolCallDelta(index: 0, id: id, name: "f")))
            case 3: list.append(.toolCallDelta(ToolCallDelta(index: 0, id: id, arguments: "{")))
            case 4: list.append(.toolCall(ToolCall(id: id, name: "f", arguments: .null)))
            default: list.append(.malformedToolCall("<call>"))
            }
        }
        try checkSequence(try events(of: list + [finish()], through: framing()))
    }

    /// Checks the grammar of a stream.
    private func checkSequence(_ events: [AnthropicEvent]) throws {
        #expect(events.first?.name == "message_start")
        #expect(events.suffix(2).map(\.name) == ["message_delta", "message_stop"])
        var next = 0
        var open: Int?
        for event in events.dropFirst().dropLast(2) {
            switch event {
            case .blockStart(let index, _):
                #expect(open == nil && index == next)
                open = index
                next += 1
            case .blockDelta(let index, _): #expect(open == index)
            case .blockStop(let index):
                #expect(open == index)
                open = nil
            default: Issue.record("\(event.name) inside a message")
            }
        }
        #expect(open == nil)
    }
}

/// Pseudo-random numbers (SplitMix64).
struct Steps: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
