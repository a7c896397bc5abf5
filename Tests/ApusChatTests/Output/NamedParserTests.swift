import ApusConversation
import Testing

@testable import ApusChat

/// Output read as a configuration names it, whatever the template shows.
@Suite struct NamedParserTests {
    private static let template = "{% for m in messages %}{{ m.content }}{% endfor %}{{ tools }}"

    @Test func everyParserHasTheFormatThatItNames() {
        for (name, parser) in NamedParser.all {
            #expect(parser.calls == nil || parser.format != nil, "\(name)")
        }
    }

    @Test func unknownNamesAreRefused() throws {
        let template = try ChatTemplates.template(Self.template)
        #expect(template.features.read(by: "future") == nil)
        #expect(throws: ChatError.self) {
            try ChatTemplates.template(template, readBy: "future")
        }
    }

    private func events(_ parser: String, _ text: String) throws -> [GenerationEvent] {
        let base = try ChatTemplates.template(Self.template)
        let template = try ChatTemplates.template(base, readBy: parser)
        let tool = Tool(
            name: "weather",
            description: "",
            parameters: ["type": "object", "properties": ["city": ["type": "string"]]]
        )
        var reader = OutputParser(
            features: template.features,
            conversation: Conversation(
                messages: [Message(role: "user", content: "x")],
                tools: [tool]
            ),
            prompt: "",
            makeID: { "id" }
        )
        return reader.feed(text) + reader.finish()
    }

    private static let call = GenerationEvent.toolCall(
        ToolCall(id: "id", name: "weather", arguments: ["city": "Rome"])
    )

    @Test(arguments: [
        ("qwen3", #"<tool_call>{"name": "weather", "arguments": {"city": "Rome"}}</tool_call>"#),
        (
            "qwen3-coder",
            "<tool_call>\n<function=weather>\n<parameter=city>\nRome\n</parameter>\n</function>\n"
                + "</tool_call>"
        ),
        (
            "harmony",
            "<|channel|>commentary to=functions.weather<|message|>{\"city\": \"Rome\"}<|call|>"
        ),
        ("ministral", #"[TOOL_CALLS]weather[ARGS]{"city": "Rome"}"#),
        (
            "deepseek3",
            "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>weather<｜tool▁sep｜>{\"city\": \"Rome\"}"
                + "<｜tool▁call▁end｜><｜tool▁calls▁end｜>"
        ),
        (
            "glm-4.7",
            "<tool_call>weather<arg_key>city</arg_key><arg_value>Rome</arg_value></tool_call>"
        ),
        ("gemma4", "<|tool_call>call:weather{city:<|\"|>Rome<|\"|>}<tool_call|>"),
        ("lfm2", #"<|tool_call_start|>[weather(city="Rome")]<|tool_call_end|>"#),
    ])
    func callsAreRead(parser: String, text: String) throws {
        let calls = try events(parser, text).filter {
            if case .toolCall = $0 { true } else { false }
        }
        #expect(calls == [Self.call])
    }

    @Test func reasoningIsSetApartAsTheParserSays() throws {
        #expect(
            try events("gemma4", "<|channel>thought\nHm.<channel|>Yes.")
                == [.thinking("Hm."), .content("Yes.")]
        )
        #expect(
            try events("qwen3-coder", "<think>Hm.</think>Yes.")
                == [.content("<think>Hm.</think>Yes.")]
        )
        #expect(
            try events("passthrough", #"<tool_call>{"name": "weather"}</tool_call>"#)
                == [.content(#"<tool_call>{"name": "weather"}</tool_call>"#)]
        )
    }

    @Test func markersIncludeTheMarkThatATagBeginsWith() throws {
        let features = try #require(
            try ChatTemplates.template(Self.template).features.read(by: "gemma4")
        )
        #expect(features.markers.contains("<|channel>"))
        #expect(features.markers.contains("<channel|>"))
    }
}
