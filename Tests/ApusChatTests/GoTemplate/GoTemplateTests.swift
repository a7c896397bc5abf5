import ApusConversation
import Testing

@testable import ApusChat

/// Templates in the manner of Ollama's, rendered over conversations as Go renders them.
@Suite struct GoTemplateTests {
    private static let weather = Tool(
        name: "f",
        parameters: [
            "type": "object", "additionalProperties": false,
            "properties": ["x": ["type": "integer", "minimum": 1], "a": ["type": ["string"]]],
        ]
    )

    private static func render(
        _ source: String,
        _ messages: [Message],
        tools: [Tool] = []
    ) throws -> String {
        let conversation = Conversation(messages: messages, tools: tools)
        return try GoTemplate(source).render(conversation, options: GoFixtures.options)
    }

    @Test(arguments: GoFixtures.templateNames)
    func rendersAsGoDoes(name: String) throws {
        let template = try GoTemplate(GoFixtures.template(name))
        let expected = try #require(try GoFixtures.json("TemplateCases.json")[name])
        let conversations = try GoFixtures.conversations()
        #expect(conversations.count == expected.objectValue?.count)
        for (key, conversation) in conversations {
            let text = try template.render(conversation, options: GoFixtures.options)
            let stored = try #require(expected[key]?.stringValue)
            #expect(
                Array(text.utf8) == Array(stored.utf8),
                "\(name), \(key):\n\(text)\n---\n\(stored)"
            )
        }
    }

    @Test(arguments: GoFixtures.templateNames)
    func prefillEndsWithItsText(name: String) throws {
        let template = try GoTemplate(GoFixtures.template(name))
        for (key, conversation) in try GoFixtures.conversations()
        where key.lowercased().contains("prefill") && name != "defined" {
            let text = try template.render(conversation, options: GoFixtures.options)
            #expect(text.hasSuffix(try #require(conversation.messages.last?.content)), "\(text)")
        }
    }

    @Test func prefillGoesOnWithReasoning() throws {
        let source = """
            {{ range .Messages }}<{{ .Role }}>{{ if .Thinking }}<think>{{ .Thinking }}</think>{{ end }}\
            {{ .Content }}</s>{{ end }}
            """
        let messages = [
            Message(role: "user", content: "Q"),
            Message(role: "assistant", thinking: "Let me"),
        ]
        #expect(try Self.render(source, messages) == "<user>Q</s><assistant><think>Let me")
    }

    @Test func prefillThatTheTemplateLeavesOutIsAppended() throws {
        let source =
            "{{ range .Messages }}{{ if eq .Role \"user\" }}U:{{ .Content }} A:{{ end }}{{ end }}"
        let messages = [
            Message(role: "user", content: "Q"), Message(role: "assistant", content: "Sure"),
        ]
        #expect(try Self.render(source, messages) == "U:Q A:Sure")
    }

    @Test func infillPutsBothTextsInPlace() throws {
        let template = try GoTemplate(GoFixtures.template("infill"))
        let options = GoFixtures.options
        #expect(
            try template.render(prompt: "def f(", suffix: "return 1", options: options)
                == "<|fim_prefix|>def f(<|fim_suffix|>return 1<|fim_middle|>"
        )
        #expect(
            try template.render(prompt: "Hi", suffix: "", options: options)
                == "<|user|>Hi\n<|assistant|>"
        )
        let other = try GoTemplate("{{ .Prompt }}")
        let error = #expect(throws: ChatError.self) {
            try other.render(prompt: "a", suffix: "b", options: options)
        }
        #expect(error?.code == .unsupported)
    }

    @Test func schemaKeywordsThatGoDropsAreKept() throws {
        let text = try Self.render(
            "{{ .Tools }}{{ range .Messages }}{{ end }}",
            [Message(role: "user", content: "Q")],
            tools: [Self.weather]
        )
        #expect(
            text == """
                [{"type":"function","function":{"name":"f","parameters":{"type":"object",\
                "properties":{"a":{"type":"string"},"x":{"type":"integer","minimum":1}},\
                "additionalProperties":false}}}]
                """
        )
    }

    @Test func joinedAnswersKeepTheirCalls() throws {
        let source =
            "{{ range .Messages }}{{ .Role }}:{{ range .ToolCalls }}{{ .Function.Name }},{{ end }};{{ end }}"
        let messages = ["a", "b"].map { name in
            Message(role: "assistant", toolCalls: [ToolCall(id: "", name: name, arguments: [:])])
        }
        #expect(try Self.render(source, messages) == "assistant:a,b,;")
    }

    // MARK: Features

    @Test(arguments: [
        ("chatml", false, false, nil, nil as ToolCallFormat?),
        ("llama3", true, false, nil, .llama),
        ("mistral", true, false, nil, .mistral),
        ("qwen25", true, false, nil, .hermes),
        (
            "qwen3", true, false, ThinkingTags(open: "<think>", close: "</think>"),
            .hermes
        ),
        ("infill", false, true, nil, nil), ("legacy-chatml", false, false, nil, nil),
    ])
    func featuresFollowFromTheText(
        name: String,
        tools: Bool,
        suffix: Bool,
        tags: ThinkingTags?,
        calls: ToolCallFormat?
    ) throws {
        let features = try GoTemplate(GoFixtures.template(name)).features
        #expect(
            features
                == ChatFeatures(
                    supportsTools: tools,
                    supportsThinking: tags != nil,
                    supportsSuffix: suffix,
                    thinkingTags: tags,
                    toolCallFormat: calls
                )
        )
    }

    @Test(arguments: [
        ("{{ range .Messages }}{{ .Content }}[T]{{ .Thinking }}[/T] {{ end }}", "[T]", "[/T]"),
        (
            "{{ range $i, $m := .Messages }}<a>\n<r>\n{{ $m.Thinking }}\n</r>\n<b>{{ end }}", "<r>",
            "</r>"
        ),
    ])
    func thinkingTagsStandAroundTheReasoning(source: String, open: String, close: String) throws {
        let tags = try GoTemplate(source).features.thinkingTags
        #expect(tags == ThinkingTags(open: open, close: close))
    }

    @Test(arguments: ["{{ .Thinking }}", "<t>{{ .Thinking }}</t>{{ range .Messages }}{{ end }}"])
    func reasoningOutsideOfMessagesHasNoTags(source: String) throws {
        #expect(try GoTemplate(source).features.thinkingTags == nil)
    }

    @Test func languagesAreToldApart() throws {
        let jinja = "{% for m in messages %}{{ m.content }}{% endfor %}"
        #expect(try ChatTemplates.template(jinja) is JinjaTemplate)
        #expect(try ChatTemplates.template("{{ .Prompt }}") is GoTemplate)
        let plain = try ChatTemplates.template(nil)
        let conversation = Conversation(messages: [Message(role: "user", content: "Hi")])
        #expect(try plain.render(conversation, options: GoFixtures.options) == "Hi")
    }
}
