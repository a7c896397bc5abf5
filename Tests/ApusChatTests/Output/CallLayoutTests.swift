import ApusConversation
import Testing

@testable import ApusChat

/// Formats with JSON, by what their models write.
@Suite struct CallLayoutTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let format: ToolCallFormat
        let output: String
        let events: [GenerationEvent]
        var tools = ["f", "get_weather"]
        var testDescription: String { "\(format.name): \(output)" }

        init(
            _ format: ToolCallFormat,
            _ output: String,
            _ events: [GenerationEvent],
            tools: [String] = ["f", "get_weather"]
        ) {
            (self.format, self.output, self.events, self.tools) = (format, output, events, tools)
        }
    }

    private static func call(
        _ id: Int,
        _ name: String = "f",
        _ arguments: JSONValue = [:]
    ) -> GenerationEvent {
        OutputTranscript.call(id, name, arguments)
    }

    static let hermes: [Case] = [
        Case(
            .hermes,
            "<tool_call>\n{\"name\":\"f\"}\n{\"name\":\"g\",\"arguments\":{\"a\":1}}\n</tool_call>\nx",
            [call(1), call(2, "g", ["a": 1]), .content("x")]
        ),
        Case(
            .hermes,
            "Write <tool_call> before a call.",
            [.content("Write"), .malformedToolCall(" <tool_call> "), .content("before a call.")]
        ),
        Case(
            .hermes,
            "<tool_call>{\"name\":\"f\"} junk</tool_call>",
            [call(1), .content("junk</tool_call>")]
        ),
        Case(
            .hermes,
            "<tool_call>{\"name\":\"f\",\"arguments\":{x</tool_call> <tool_call>{\"name\":\"f\"}",
            [
                .malformedToolCall("<tool_call>{\"name\":\"f\",\"arguments\":{x</tool_call>"),
                call(2),
            ]
        ),
        Case(
            .hermes,
            "<tool_call>{\"name\": <tool_call>{\"name\":\"f\"}</tool_call>",
            [.malformedToolCall("<tool_call>{\"name\": "), call(1)]
        ),
        Case(
            .hermes,
            "<tool_call>{\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":{\"a\":1}}}",
            [call(1, "f", ["a": 1])]
        ),
        Case(
            .hermes,
            "<tool_call>{\"name\":\"f\",\"arguments\":{\"a\":1e999}}</tool_call>",
            [
                .malformedToolCall(
                    "<tool_call>{\"name\":\"f\",\"arguments\":{\"a\":1e999}}</tool_call>"
                )
            ]
        ),
    ]

    static let llama: [Case] = [
        Case(
            .llama,
            "<|python_tag|>{\"name\":\"f\",\"parameters\":{\"a\":1}}; {\"name\": \"f\"}",
            [call(1, "f", ["a": 1]), call(2)]
        ),
        Case(
            .llama,
            "<|python_tag|>print(1)\nprint(2)\n",
            [call(1, "python", ["code": "print(1)\nprint(2)"])],
            tools: ["python"]
        ),
        Case(
            .llama,
            "<|python_tag|>print(1)",
            [.malformedToolCall("<|python_tag|>"), .content("print(1)")]
        ),
        Case(
            .llama,
            "{\"answer\": {\"name\": \"f\"}}",
            [.content("{\"answer\": {\"name\": \"f\"}}")]
        ),
        Case(.llama, "[1, 2]", [.content("[1, 2]")]),
        Case(
            .llama,
            "{\"type\":\"function\",\"name\":\"f\",\"parameters\":{\"a\":\"b\"}}",
            [call(1, "f", ["a": "b"])]
        ),
        Case(
            .llama,
            "{\"name\":\"f\"}; and more",
            [call(1), .content("; and more")]
        ),
    ]

    static let mistral: [Case] = [
        Case(
            .mistral,
            "[TOOL_CALLS] [{\"name\": \"f\", \"arguments\": {\"a\": 1}, \"id\": \"abc123def\"},"
                + " {\"name\": \"get_weather\", \"arguments\": {}}]",
            [call(1, "f", ["a": 1]), call(2, "get_weather")]
        ),
        Case(
            .mistral,
            "Ok. [TOOL_CALLS]f[ARGS]{\"a\": 1}[TOOL_CALLS]g[CALL_ID]123456789[ARGS]{}",
            [.content("Ok."), call(1, "f", ["a": 1]), call(2, "g")]
        ),
        Case(.mistralArguments, "[TOOL_CALLS]f{\"a\": [1]}", [call(1, "f", ["a": [1]])]),
        Case(.mistralArguments, "[TOOL_CALLS][{\"name\": \"f\"}] x", [call(1), .content("x")]),
        Case(
            .mistral,
            "[TOOL_CALLS]f and {}",
            [.malformedToolCall("[TOOL_CALLS]f and "), .content("{}")]
        ),
        Case(
            .mistral,
            "[TOOL_CALLS]f[ARGS]{\"a\"}",
            [.malformedToolCall("[TOOL_CALLS]f[ARGS]{\"a\""), .content("}")]
        ),
        Case(
            .mistral,
            "[TOOL_CALLS]f[ARGS]{} {\"x\": 1}",
            [call(1), .content("{\"x\": 1}")]
        ),
        Case(
            .mistral,
            "[TOOL_CALLS][{\"name\": \"f\"}, 3]",
            [call(1), .content(", 3]")]
        ),
    ]

    static let command: [Case] = [
        Case(
            .command,
            "Plan: do it.\nAction: ```json\n[\n    {\n        \"tool_name\": \"f\",\n"
                + "        \"parameters\": {\n            \"a\": 1\n        }\n    }\n]\n```",
            [.content("Plan: do it."), call(1, "f", ["a": 1])]
        ),
        Case(
            .commandAction,
            "<|START_ACTION|>[\n    {\"tool_call_id\": \"0\", \"tool_name\": \"f\", \"parameters\":"
                + " {\"a\": 1}},\n    {\"tool_call_id\": \"1\", \"tool_name\": \"g\","
                + " \"parameters\": {}}\n]<|END_ACTION|>",
            [call(1, "f", ["a": 1]), call(2, "g")]
        ),
        Case(
            .commandAction,
            "<|START_RESPONSE|>Hello <b> there<|END_RESPONSE|>",
            [.content("Hello <b> there")]
        ),
        Case(
            .commandAction,
            "<|START_TEXT|>Hi<|END_TEXT|><|START_ACTION|>[{\"tool_name\":\"f\"}]<|END_ACTION|>",
            [.content("Hi<|START_ACTION|>[{\"tool_name\":\"f\"}]<|END_ACTION|>")],
            tools: []
        ),
    ]

    static let others: [Case] = [
        Case(
            .deepSeek,
            "Yes.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n"
                + "{\"a\": \"```\"}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>"
                + "g\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
            [.content("Yes."), call(1, "f", ["a": "```"]), call(2, "g")]
        ),
        Case(
            .deepSeekPlain,
            "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{\"a\":1}<｜tool▁call▁end｜>"
                + "<｜tool▁call▁begin｜>g<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
            [call(1, "f", ["a": 1]), call(2, "g")]
        ),
        Case(
            .deepSeek,
            "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n<｜tool▁calls▁end｜> x",
            [
                .malformedToolCall(
                    "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n<｜tool▁calls▁end｜>"
                ), .content(" x"),
            ]
        ),
        Case(
            .kimi,
            "Hm.<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0"
                + "<|tool_call_argument_begin|>{\"a\": 1}<|tool_call_end|><|tool_call_begin|>"
                + "functions.a.b:12<|tool_call_argument_begin|>{}<|tool_call_end|>"
                + "<|tool_calls_section_end|>",
            [.content("Hm."), call(1, "f", ["a": 1]), call(2, "a.b")]
        ),
        Case(
            .granite,
            "<|tool_call|>[{\"name\": \"f\", \"arguments\": {\"a\": 1}}]",
            [call(1, "f", ["a": 1])]
        ),
        Case(.granite, "<tool_call>[{\"name\": \"f\"}]", [call(1)]),
        Case(
            .granite,
            "<|tool_call|>[] none",
            [.malformedToolCall("<|tool_call|>["), .content("] none")]
        ),
        Case(
            .generic(open: "<call>", separator: "\n", close: "</call>"),
            "<call>f\n{\"a\":1}</call> x",
            [call(1, "f", ["a": 1]), .content("x")]
        ),
        Case(
            .generic(open: "", close: "", keys: CallKeys(), isArray: true),
            "[{\"name\":\"f\"}, {\"name\":\"get_weather\"}]",
            [call(1), call(2, "get_weather")]
        ),
    ]

    @Test(arguments: hermes + llama + mistral + command + others)
    func outputsAreRead(item: Case) {
        let events = OutputTranscript.events(item.output) {
            OutputTranscript.parser(
                ChatFeatures(toolCallFormat: item.format),
                tools: item.tools
            )
        }
        #expect(events == item.events)
    }
}
