import ApusConversation
import ApusDialects
import Testing

private let stamp = "2026-09-21T14:13:20.12Z"

@Suite struct OllamaFramingTests {
    @Test func chatTranscriptHasTheShapeOfTheReference() throws {
        let call = ToolCall(id: "call_ab12cd34", name: "w", arguments: ["city": "Oslo"])
        let framing = OllamaChat.Framing(model: "m", loadNanoseconds: 1)
        let text = try lines(
            of: [
                .started(PromptUsage(tokens: 20, cachedTokens: 0)), .thinking("need weather"),
                .toolCall(call), .finished(summary),
            ],
            through: framing
        )
        #expect(
            text == [
                #"{"model":"m","created_at":"\#(stamp)","message":{"role":"assistant","content":"","thinking":"need weather"},"done":false}"#,
                #"{"model":"m","created_at":"\#(stamp)","message":{"role":"assistant","content":"","tool_calls":[{"id":"call_ab12cd34","function":{"index":0,"name":"w","arguments":{"city":"Oslo"}}}]},"done":false}"#,
                #"{"model":"m","created_at":"\#(stamp)","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":9,"load_duration":1,"prompt_eval_count":20,"prompt_eval_duration":3,"eval_count":15,"eval_duration":5}"#,
            ]
        )
    }

    @Test func generateTranscriptEndsWithContextAndMetrics() throws {
        let framing = OllamaGenerate.Framing(model: "m", loadNanoseconds: 1)
        let text = try lines(
            of: [.thinking("hm"), .content("Hi <b>"), .finished(summary)],
            through: framing
        )
        #expect(
            text == [
                #"{"model":"m","created_at":"\#(stamp)","response":"","thinking":"hm","done":false}"#,
                #"{"model":"m","created_at":"\#(stamp)","response":"Hi \u003cb\u003e","done":false}"#,
                #"{"model":"m","created_at":"\#(stamp)","response":"","done":true,"done_reason":"stop","context":[1,2,3],"total_duration":9,"load_duration":1,"prompt_eval_count":20,"prompt_eval_duration":3,"eval_count":15,"eval_duration":5}"#,
            ]
        )
    }

    @Test func rawGenerationHasNoContext() throws {
        let framing = OllamaGenerate.Framing(model: "m", loadNanoseconds: 0, includesContext: false)
        let text = try lines(of: [.finished(summary)], through: framing)
        #expect(text.count == 1 && !text[0].contains("context") && !text[0].contains("load_dur"))
    }

    @Test func unstreamedAnswersJoinEveryPiece() throws {
        let first = ToolCall(id: "a", name: "f", arguments: ["z": 1, "a": 2])
        let second = ToolCall(id: "b", name: "g", arguments: [:])
        let events: [GenerationEvent] = [
            .thinking("one "), .thinking("two"), .content("A"), .toolCall(first), .content("B"),
            .toolCall(second), .finished(summary),
        ]
        let chat = try joined(events, through: OllamaChat.Framing(model: "m", loadNanoseconds: 1))
        #expect(
            chat
                == #"{"model":"m","created_at":"\#(stamp)","message":{"role":"assistant","content":"AB","thinking":"one two","tool_calls":[{"id":"a","function":{"index":0,"name":"f","arguments":{"z":1,"a":2}}},{"id":"b","function":{"index":1,"name":"g","arguments":{}}}]},"done":true,"done_reason":"stop","total_duration":9,"load_duration":1,"prompt_eval_count":20,"prompt_eval_duration":3,"eval_count":15,"eval_duration":5}"#
        )
        let generate = try joined(
            events,
            through: OllamaGenerate.Framing(model: "m", loadNanoseconds: 1)
        )
        #expect(generate.contains(#""response":"AB","thinking":"one two","done":true"#))
        #expect(generate.contains(#""eval_duration":5,"tool_calls":[{"id":"a""#))
    }

    @Test func logProbabilitiesTravelWithTheNextPiece() throws {
        let probability = TokenLogProbability(
            chosen: .init(bytes: [0xE2, 0x82], logProbability: -0.5),
            alternatives: [.init(bytes: [0x41], logProbability: -.infinity)]
        )
        let text = try lines(
            of: [.logProbabilities([probability]), .content("x"), .content("y")],
            through: OllamaChat.Framing(model: "m", loadNanoseconds: 0)
        )
        #expect(text.count == 2)
        #expect(
            text[0].contains(
                #""logprobs":[{"token":"�","logprob":-0.5,"bytes":[226,130],"top_logprobs":[{"token":"A","logprob":-3.4028235e+38,"bytes":[65]}]}]"#
            )
        )
        #expect(!text[1].contains("logprobs"))
    }

    @Test func whatWasCachedOrDroppedIsSaid() throws {
        var summary = summary
        summary.reason = .length
        summary.prompt = PromptUsage(
            tokens: 20,
            cachedTokens: 7,
            droppedMessages: 2,
            droppedTokens: 40
        )
        let text = try lines(
            of: [.finished(summary)],
            through: OllamaChat.Framing(model: "m", loadNanoseconds: 0)
        )
        #expect(text[0].contains(#""done_reason":"length""#))
        #expect(
            text[0].hasSuffix(
                #""prompt_cached_count":7,"truncated":{"messages":2,"tokens":40,"shifted":0}}"#
            )
        )
    }

    @Test func loadAndUnloadAreSingleFrames() throws {
        let chat = OllamaChat.Framing(model: "m", loadNanoseconds: 0)
        #expect(
            try line(chat.frame(reason: "unload", at: moment))
                == #"{"model":"m","created_at":"\#(stamp)","message":{"role":"assistant","content":""},"done":true,"done_reason":"unload"}"#
        )
        let generate = OllamaGenerate.Framing(model: "m", loadNanoseconds: 0)
        #expect(
            try line(generate.frame(reason: "load", at: moment))
                == #"{"model":"m","created_at":"\#(stamp)","response":"","done":true,"done_reason":"load"}"#
        )
    }

    @Test func renderedPromptsComeAsDebugInfo() throws {
        let text = try lines(
            of: [.rendered("<s>Hi", tokens: 2)],
            through: OllamaGenerate.Framing(model: "m", loadNanoseconds: 0)
        )
        #expect(
            text == [
                #"{"model":"m","created_at":"\#(stamp)","response":"","done":false,"_debug_info":{"rendered_template":"\u003cs\u003eHi"}}"#
            ]
        )
    }

    @Test func framesAreReadBackAsTheyWereWritten() throws {
        let events: [GenerationEvent] = [.content("A"), .finished(summary)]
        var generate = OllamaGenerate.Framing(model: "m", loadNanoseconds: 1)
        for frame in events.flatMap({ generate.frames(for: $0, at: moment) }) {
            #expect(try read(OllamaGenerate.Response.self, line(frame)) == frame)
        }
        var chat = OllamaChat.Framing(model: "m", loadNanoseconds: 1)
        for frame in events.flatMap({ chat.frames(for: $0, at: moment) }) {
            #expect(try read(OllamaChat.Response.self, line(frame)) == frame)
        }
    }
}
