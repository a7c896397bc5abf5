import ApusConversation
import ApusDialects
import Testing

private let head =
    #"{"id":"chatcmpl-7","object":"chat.completion.chunk","created":1,"model":"m","service_tier":"default","system_fingerprint":"fp_1","choices":"#

private func chunk(_ delta: String, reason: String = "null", logprobs: String = "null") -> String {
    #"\#(head)[{"index":0,"delta":\#(delta),"logprobs":\#(logprobs),"finish_reason":\#(reason)}]}"#
}

@Suite struct OpenAIChatFramingTests {
    @Test func textStreamHasRoleTextAndFinishChunks() throws {
        let events: [GenerationEvent] = [
            .started(PromptUsage(tokens: 20, cachedTokens: 8)), .content("Hi"), .content(" you"),
            openAIEnd(),
        ]
        #expect(
            chatChunks(events, for: try chatRequest()) == [
                chunk(#"{"role":"assistant","content":"","refusal":null}"#),
                chunk(#"{"content":"Hi"}"#), chunk(#"{"content":" you"}"#),
                chunk("{}", reason: #""stop""#),
            ]
        )
    }

    @Test func callsStreamTheirArgumentsUnderOneIndex() throws {
        let events: [GenerationEvent] = [
            .toolCallDelta(ToolCallDelta(index: 0, id: "call_a", name: "w")),
            .toolCallDelta(ToolCallDelta(index: 0, id: "call_a", arguments: #"{"city":"#)),
            .toolCallDelta(ToolCallDelta(index: 0, id: "call_a", arguments: #""Oslo"}"#)),
            .toolCall(ToolCall(id: "call_a", name: "w", arguments: ["city": "Oslo"])),
            .toolCall(ToolCall(id: "call_b", name: "v", arguments: [:])), openAIEnd(),
        ]
        let request = try chatRequest()
        #expect(
            chatChunks(events, for: request) == [
                chunk(#"{"role":"assistant","content":null,"refusal":null}"#),
                chunk(
                    #"{"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"w","arguments":""}}]}"#
                ),
                chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":"}}]}"#),
                chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"\"Oslo\"}"}}]}"#),
                chunk(
                    #"{"tool_calls":[{"index":1,"id":"call_b","type":"function","function":{"name":"v","arguments":""}}]}"#
                ),
                chunk(#"{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}"#),
                chunk("{}", reason: #""tool_calls""#),
            ]
        )
        #expect(
            chatAnswer(events, for: request)
                == #"{"id":"chatcmpl-7","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,"refusal":null,"annotations":[],"tool_calls":[{"id":"call_a","type":"function","function":{"name":"w","arguments":"{\"city\":\"Oslo\"}"}},{"id":"call_b","type":"function","function":{"name":"v","arguments":"{}"}}]},"logprobs":null,"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":20,"completion_tokens":15,"total_tokens":35,"prompt_tokens_details":{"cached_tokens":8,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"service_tier":"default","system_fingerprint":"fp_1"}"#
        )
    }

    @Test func callsWithoutArgumentsStreamAnEmptyObject() throws {
        let events: [GenerationEvent] = [
            .toolCallDelta(ToolCallDelta(index: 0, id: "a", name: "now")),
            .toolCall(ToolCall(id: "a", name: "now", arguments: [:])), openAIEnd(),
        ]
        #expect(chatChunks(events, for: try chatRequest())[2].contains(#""arguments":"{}""#))
    }

    @Test func callsCutByTheLimitStayCallsAndAreNotRepeatedAsText() throws {
        let events: [GenerationEvent] = [
            .toolCallDelta(ToolCallDelta(index: 0, id: "a", name: "w", arguments: #"{"x"#)),
            .malformedToolCall(#"<tool_call>{"name":"w","arguments":{"x"#), openAIEnd(.length),
        ]
        let request = try chatRequest()
        #expect(chatChunks(events, for: request).last == chunk("{}", reason: #""length""#))
        let text = chatAnswer(events, for: request)
        #expect(text.contains(#""content":null"#) && text.contains(#""arguments":"{\"x""#))
        #expect(
            chatAnswer([.malformedToolCall("<x"), openAIEnd()], for: request).contains(#""<x""#)
        )
    }

    @Test func reasoningComesUnderBothNames() throws {
        let events: [GenerationEvent] = [.thinking("hm"), .content("A"), openAIEnd()]
        let request = try chatRequest(#","stream":true,"stream_options":{"include_usage":true}"#)
        let frames = chatChunks(events, for: request)
        #expect(frames[1].contains(#""delta":{"reasoning_content":"hm","reasoning":"hm"}"#))
        #expect(frames[1].hasSuffix(#""usage":null}"#))
        #expect(
            frames.last
                == head
                + #"[],"usage":{"prompt_tokens":20,"completion_tokens":15,"total_tokens":35,"prompt_tokens_details":{"cached_tokens":8,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}"#
        )
        #expect(chatAnswer(events, for: request).contains(#""reasoning_content":"hm""#))
    }

    @Test func logProbabilitiesStandWithTheirText() throws {
        let request = try chatRequest(#","logprobs":true,"top_logprobs":1"#)
        let events: [GenerationEvent] = [
            openAIProbability("hm", -1), .thinking("hm"), openAIProbability("</think>", -1),
            openAIProbability("\n", -1), openAIProbability("A", -0.5), .content("A"),
            openAIProbability("<eos>", 0), openAIEnd(),
        ]
        let logprobs =
            #"{"content":[{"token":"A","logprob":-0.5,"bytes":[65],"top_logprobs":[{"token":"A","logprob":-0.5,"bytes":[65]}]}],"refusal":null}"#
        #expect(
            chatChunks(events, for: request)[2] == chunk(#"{"content":"A"}"#, logprobs: logprobs)
        )
        let text = chatAnswer(events, for: request)
        #expect(text.contains(logprobs) && !text.contains("eos"))
    }

    @Test func choicesBeginInOrderAndUsageCountsThePromptOnce() throws {
        let request = try chatRequest(
            #","n":3,"stream":true,"stream_options":{"include_usage":true}"#
        )
        var framing = OpenAIChat.Framing(openAIEnvelope, for: request)
        var frames = framing.frames(for: .content("c"), choice: 2)
        frames += framing.frames(for: .content("a"), choice: 0)
        frames += framing.frames(for: .content("x"), choice: 9)
        for choice in 0..<3 {
            frames += framing.frames(for: openAIEnd(tokens: 5), choice: choice)
            frames += framing.frames(for: openAIEnd(tokens: 5), choice: choice)
        }
        let indices = frames.compactMap { $0["choices"]?[0]?["index"]?.intValue }
        #expect(indices == [0, 1, 2, 2, 0, 0, 1, 2])
        #expect(framing.isComplete)
        #expect(framing.usage.promptTokens == 20 && framing.usage.completionTokens == 15)
        OpenAIShapes.note("chat.chunks", frames)
    }

    @Test func functionsOfOldAreAnsweredInTheirSpelling() throws {
        let request = try chatRequest(#","functions":[{"name":"w"}],"function_call":"auto""#)
        let events: [GenerationEvent] = [
            .toolCall(ToolCall(id: "a", name: "w", arguments: ["x": 1])), openAIEnd(),
        ]
        #expect(
            chatChunks(events, for: request)[1]
                == chunk(#"{"function_call":{"name":"w","arguments":""}}"#)
        )
        let text = chatAnswer(events, for: request)
        #expect(text.contains(#""function_call":{"name":"w","arguments":"{\"x\":1}"}"#))
        #expect(text.contains(#""finish_reason":"function_call""#))
    }
}
