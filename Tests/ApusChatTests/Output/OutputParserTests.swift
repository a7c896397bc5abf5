import ApusConversation
import Testing

@testable import ApusChat

@Suite struct OutputParserTests {
    static let qwen = ChatFeatures(
        thinkingTags: ThinkingTags(open: "<think>", close: "</think>"),
        toolCallFormat: .hermes
    )
    static let llama = ChatFeatures(toolCallFormat: .llama)

    @Test func itIsKnownWhatReasoningIs() {
        var parser = OutputTranscript.parser(Self.qwen)
        let states = ["<think>", "Hm", "</thi", "nk>", "\n\nYes"].map { piece in
            _ = parser.feed(piece)
            return parser.isThinking
        }
        #expect(states == [true, true, true, false, false])
        let format = ToolCallFormat(name: "harmony", syntax: HarmonySyntax())
        var harmony = OutputTranscript.parser(ChatFeatures(toolCallFormat: format))
        let channels = [
            "<|channel|>analysis", "<|message|>", "Hm", "<|end|>",
            "<|start|>assistant<|channel|>final<|message|>", "Yes",
        ].map { piece in
            _ = harmony.feed(piece)
            return harmony.isThinking
        }
        #expect(channels == [false, true, true, false, false, false])
        var plain = OutputTranscript.parser(Self.llama)
        _ = plain.feed("<think>")
        #expect(!plain.isThinking)
    }

    static func call(
        _ id: Int,
        _ name: String = "f",
        _ arguments: JSONValue = [:]
    ) -> GenerationEvent {
        OutputTranscript.call(id, name, arguments)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var features = OutputParserTests.qwen
        var prompt = "<|im_start|>assistant\n"
        var last: Message?
        let output: String
        let events: [GenerationEvent]
        var testDescription: String { output }
    }

    static let cases: [Case] = [
        Case(output: "Hello", events: [.content("Hello")]),
        Case(output: "", events: []),
        Case(output: " \n", events: [.content(" \n")]),
        Case(
            output: "<think>\nHm, 1 < 2.\n</think>\n\nYes. \n",
            events: [.thinking("Hm, 1 < 2."), .content("Yes. \n")]
        ),
        Case(
            output: "\n <think>a</think>b</think>c<think>d",
            events: [.thinking("a"), .content("b</think>c<think>d")]
        ),
        Case(
            prompt: "<|im_start|>assistant\n<think>\n",
            output: "\nHm.\n</think>\n\nYes",
            events: [.thinking("Hm."), .content("Yes")]
        ),
        Case(
            prompt: "<|im_start|>assistant\n<think>\n\n</think>\n\n",
            output: "Yes",
            events: [.content("Yes")]
        ),
        Case(
            last: Message(role: "assistant", content: "The"),
            output: " <think>x",
            events: [.content(" <think>x")]
        ),
        Case(
            last: Message(role: "assistant", thinking: "Well"),
            output: " so.</think>Yes",
            events: [.thinking("so."), .content("Yes")]
        ),
        Case(
            prompt: "<think>\n",
            output: "cut </thi",
            events: [.thinking("cut </thi")]
        ),
        Case(output: "<think>\n\n</think>\n\nA", events: [.content("A")]),
        Case(output: "<thin", events: [.content("<thin")]),
        Case(output: "a <tool_cal", events: [.content("a <tool_cal")]),
        Case(
            output:
                "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"b\": 1, \"a\": [2]}}\n</tool_call>",
            events: [call(1, "f", ["b": 1, "a": [2]])]
        ),
        Case(
            output: "Sure.\n<tool_call>\n{\"name\":\"f\"}\n</tool_call>\n<tool_call>"
                + "{\"name\":\"g\",\"parameters\":{\"é\":\"😀\"}}</tool_call>\n\n Done ",
            events: [.content("Sure."), call(1), call(2, "g", ["é": "😀"]), .content("Done ")]
        ),
        Case(
            prompt: "<think>\n",
            output: "I need it.\n<tool_call>{\"name\":\"f\"}</tool_call>",
            events: [.thinking("I need it."), call(1)]
        ),
        Case(
            output: "<tool_call>[{\"name\":\"f\"},{\"name\":\"g\"}]</tool_call>",
            events: [call(1), call(2, "g")]
        ),
        Case(
            output:
                "<tool_call>{\"name\":\"f\",\"arguments\":{\"t\":\"a </tool_call> b\"}}</tool_call>",
            events: [call(1, "f", ["t": "a </tool_call> b"])]
        ),
        Case(
            output: "<tool_call>{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":1}\"}</tool_call>",
            events: [call(1, "f", ["x": 1])]
        ),
        Case(
            output:
                "<tool_call>{\"name\":\"f\",\"arguments\":{\"t\":\"two\nlines\t!\"}}</tool_call>",
            events: [call(1, "f", ["t": "two\nlines\t!"])]
        ),
        Case(
            output: "<tool_call>{\"name\":\"f\",\"arguments\":{}}",
            events: [call(1)]
        ),
        Case(
            output:
                "a\n<tool_call>{\"name\":}</tool_call> b<tool_call>{\"name\":\"f\"}</tool_call>",
            events: [
                .content("a"), .malformedToolCall("\n<tool_call>{\"name\":}</tool_call>"),
                .content(" b"), call(1),
            ]
        ),
        Case(
            output: "x <tool_call>{\"name\":\"f\",\"arguments\":{\"a",
            events: [
                .content("x"),
                .malformedToolCall(" <tool_call>{\"name\":\"f\",\"arguments\":{\"a"),
            ]
        ),
        Case(
            output: "<tool_call>{\"name\":\"f\",\"arguments\":[1]}</tool_call>",
            events: [
                .malformedToolCall("<tool_call>{\"name\":\"f\",\"arguments\":[1]}</tool_call>")
            ]
        ),
        Case(
            features: llama,
            output: "{\"name\": \"f\", \"parameters\": {\"a\": \"}\"}}",
            events: [call(1, "f", ["a": "}"])]
        ),
        Case(
            features: llama,
            output: "\n{\"name\":\"f\"}; {\"name\":\"get_weather\",\"arguments\":{}}\n",
            events: [call(1), call(2, "get_weather")]
        ),
        Case(
            features: llama,
            output: "{\"name\": \"unknown\", \"parameters\": {}} x",
            events: [.content("{\"name\": \"unknown\", \"parameters\": {}} x")]
        ),
        Case(
            features: llama,
            output: "Hi {\"name\":\"f\"}",
            events: [.content("Hi {\"name\":\"f\"}")]
        ),
        Case(
            features: llama,
            output: "{\"name\":\"f\"",
            events: [.malformedToolCall("{\"name\":\"f\"")]
        ),
        Case(features: llama, output: "{]}", events: [.content("{]}")]),
        Case(
            features: llama,
            output: "{\"name\":\"f\"} and more",
            events: [call(1), .content("and more")]
        ),
        Case(
            features: ChatFeatures(toolCallFormat: nil),
            output: "<think>a</think>{\"name\":\"f\"}",
            events: [.content("<think>a</think>{\"name\":\"f\"}")]
        ),
    ]

    @Test(arguments: cases)
    func outputIsTakenApart(item: Case) {
        let events = OutputTranscript.events(item.output) {
            OutputTranscript.parser(item.features, prompt: item.prompt, last: item.last)
        }
        #expect(events == item.events)
    }

    @Test func withoutToolsACallIsText() {
        let text = "<tool_call>{\"name\":\"f\"}</tool_call>"
        #expect(
            OutputTranscript.events(OutputTranscript.parser(Self.qwen, tools: []), [text]) == [
                .content(text)
            ]
        )
    }

    @Test func contentStreamsAtOnce() {
        var parser = OutputTranscript.parser(Self.qwen)
        #expect(parser.feed("Hel") == [.content("Hel")])
        #expect(parser.feed("lo <") == [.content("lo")])
        #expect(parser.feed("b>") == [.content(" <b>")])
    }

    // MARK: Pieces of calls

    private static func delta(
        _ index: Int,
        _ id: String,
        _ name: String? = nil,
        _ arguments: String = ""
    ) -> GenerationEvent {
        .toolCallDelta(ToolCallDelta(index: index, id: id, name: name, arguments: arguments))
    }

    @Test func argumentsStreamAsTheyCome() {
        var parser = OutputTranscript.parser(Self.qwen)
        #expect(parser.feed("<tool_call>\n{\"name\": \"f\", \"argum") == [])
        #expect(
            parser.feed("ents\": {\"a\": \"x\ny")
                == [Self.delta(0, "1", "f"), Self.delta(0, "1", nil, "{\"a\": \"x\\ny")]
        )
        #expect(
            parser.feed("\"}")
                == [Self.delta(0, "1", nil, "\"}")]
        )
        #expect(parser.feed("}") == [Self.call(1, "f", ["a": "x\ny"])])
        #expect(parser.feed("\n</tool_call>") + parser.finish() == [])
    }

    @Test func aNameBehindTheArgumentsComesWhole() {
        var parser = OutputTranscript.parser(Self.qwen)
        #expect(parser.feed("<tool_call>{\"arguments\": {\"a\": 1}, \"name\": ") == [])
        #expect(
            parser.feed("\"f\"}")
                == [
                    Self.delta(0, "1", "f"), Self.delta(0, "1", nil, "{\"a\":1}"),
                    Self.call(1, "f", ["a": 1]),
                ]
        )
    }

    @Test func aBrokenCallUsesUpItsNumberOnlyAfterPieces() {
        var parser = OutputTranscript.parser(Self.qwen)
        let output =
            "<tool_call>{]</tool_call><tool_call>{\"name\":\"f\",\"arguments\":{]</tool_call>"
            + "<tool_call>{\"name\":\"f\"}"
        #expect(
            parser.feed(output)
                == [
                    .malformedToolCall("<tool_call>{]</tool_call>"), Self.delta(0, "1", "f"),
                    Self.delta(0, "1", nil, "{"),
                    .malformedToolCall(
                        "<tool_call>{\"name\":\"f\",\"arguments\":{]</tool_call>"
                    ),
                    Self.delta(1, "2", "f"), Self.delta(1, "2", nil, "{}"), Self.call(2),
                ]
        )
    }

    @Test func aForbiddenCallIsText() {
        let text = "<tool_call>{\"name\":\"f\"}</tool_call>"
        let conversation = Conversation(
            messages: [],
            tools: OutputTranscript.tools(["f"]),
            toolChoice: .none
        )
        let parser = OutputParser(
            features: Self.qwen,
            conversation: conversation,
            prompt: "",
            makeID: { "" }
        )
        #expect(OutputTranscript.events(parser, [text]) == [.content(text)])
    }
}
