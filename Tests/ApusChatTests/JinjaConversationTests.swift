import ApusConversation
import Testing

@testable import ApusChat

/// What conversations become besides transformers' own rendering.
@Suite struct JinjaConversationTests {
    private func render(_ source: String, _ conversation: Conversation) throws -> String {
        try JinjaTemplate(source).render(conversation, options: ChatFixtures.options)
    }

    private static let turns =
        "{% for m in messages %}<{{ m.role }}>{{ m.content }}</>{% endfor %}"
        + "{% if add_generation_prompt %}<assistant>{% endif %}"

    @Test func opensATurnOrContinuesOne() throws {
        let user = Message(role: "user", content: "Hi")
        var conversation = Conversation(messages: [user])
        #expect(try render(Self.turns, conversation) == "<user>Hi</><assistant>")
        conversation.messages.append(Message(role: "assistant", content: "So "))
        #expect(try render(Self.turns, conversation) == "<user>Hi</><assistant>So ")
        let trimming = Self.turns.replacing("m.content", with: "m.content|trim")
        #expect(try render(trimming, conversation) == "<user>Hi</><assistant>So")
        conversation.messages[1].toolCalls = [ToolCall(id: "1", name: "f", arguments: [:])]
        #expect(try render(Self.turns, conversation) == "<user>Hi</><assistant>So </><assistant>")
    }

    @Test func continuesThinking() throws {
        let source =
            "{% for m in messages %}<{{ m.role }}>{% if m.reasoning_content %}<think>"
            + "{{ m.reasoning_content }}</think>{% endif %}{{ m.content }}</>{% endfor %}"
        let conversation = Conversation(messages: [
            Message(role: "user", content: "Hi"), Message(role: "assistant", thinking: "Let me"),
        ])
        #expect(try render(source, conversation) == "<user>Hi</><assistant><think>Let me")
        // Where the template drops the reasoning, the answer is continued.
        #expect(try render(Self.turns, conversation) == "<user>Hi</><assistant>")
    }

    @Test func continuesEvenWhereTheTemplateDropsTheMessage() throws {
        let source =
            "{% for m in messages if m.role == 'user' %}[{{ m.content }}]{% endfor %}"
            + "{% if add_generation_prompt %}>{% endif %}"
        let conversation = Conversation(messages: [
            Message(role: "user", content: "Hi"), Message(role: "assistant", content: "So"),
        ])
        #expect(try render(source, conversation) == "[Hi]>So")
    }

    @Test func theMarkMayStandInTheConversation() throws {
        let conversation = Conversation(messages: [
            Message(role: "assistant", content: "CONTINUE_HERE CONTINUE_HERE_X")
        ])
        #expect(try render(Self.turns, conversation) == "<assistant>CONTINUE_HERE CONTINUE_HERE_X")
    }

    @Test func unknownSystemRoleIsMergedIntoTheUser() throws {
        let source =
            "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}"
            + "{% endif %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
            + "{{ raise_exception('roles must alternate') }}{% endif %}[{{ m.content }}]{% endfor %}"
        let user = Message(role: "user", content: "Hi")
        let system = Message(role: "system", content: "Be brief.")
        #expect(
            try render(source, Conversation(messages: [system, user])) == "[Be brief.\n\nHi]"
        )
        #expect(try render(source, Conversation(messages: [user, user])) == "[Hi\n\nHi]")
        // Nothing to merge: the template's own words reach the client.
        let error = #expect(throws: ChatError.self) {
            try render(
                source,
                Conversation(messages: [Message(role: "assistant", content: "x"), user])
            )
        }
        #expect(error?.code == .raised)
    }

    @Test func argumentsBecomeTextWhereTheTemplateAddsThemToText() throws {
        let source =
            "{% for m in messages %}{% for c in m.tool_calls %}"
            + "{{ c.function.name + c.function.arguments }}{% endfor %}{% endfor %}"
        let call = ToolCall(id: "1", name: "f", arguments: ["b": 1, "a": "é"])
        let conversation = Conversation(messages: [
            Message(role: "assistant", toolCalls: [call]), Message(role: "tool", content: "1"),
        ])
        #expect(try render(source, conversation) == #"f{"b": 1, "a": "é"}"#)
    }

    @Test func mistralGetsIdentifiersOfNineLetters() throws {
        let source =
            "{% for m in messages %}{% for c in m.tool_calls %}{{ c.id }}{% endfor %}"
            + "{% if m.tool_call_id %}={{ m.tool_call_id }}{% if m.tool_call_id|length != 9 %}"
            + "{{ raise_exception('length') }}{% endif %}{% endif %}{% endfor %}"
        let call = ToolCall(id: "call_abcdefgh", name: "f", arguments: [:])
        let conversation = Conversation(messages: [
            Message(role: "assistant", toolCalls: [call]),
            Message(role: "tool", content: "1", toolCallID: call.id),
        ])
        let ids = try render(source, conversation).split(separator: "=")
        #expect(ids.count == 2)
        #expect(ids.first == ids.last)
        #expect(ids.first?.count == 9)
    }

    @Test func suffixIsRefused() throws {
        let template = try JinjaTemplate("x")
        let error = #expect(throws: ChatError.self) {
            try template.render(prompt: "a", suffix: "b", options: ChatFixtures.options)
        }
        #expect(error?.code == .unsupported)
    }

    struct Known: Sendable {
        let file: String
        let features: ChatFeatures
    }

    private static let think = ThinkingTags(open: "<think>", close: "</think>")
    private static let hermes = ToolCallFormat.hermes

    @Test(
        .enabled(if: ChatFixtures.hasTemplates, "no conformance data"),
        arguments: [
            Known(
                file: "Qwen-Qwen3-0.6B.jinja",
                features: ChatFeatures(
                    supportsTools: true,
                    supportsThinking: true,
                    thinkingTags: think,
                    toolCallFormat: hermes
                )
            ),
            Known(
                file: "Qwen-Qwen2.5-7B-Instruct.jinja",
                features: ChatFeatures(supportsTools: true, toolCallFormat: hermes)
            ),
            Known(
                file: "meta-llama-Llama-3.2-3B-Instruct.jinja",
                features: ChatFeatures(supportsTools: true, toolCallFormat: .llama)
            ),
            Known(
                file: "meta-llama-Llama-3.1-8B-Instruct.jinja",
                features: ChatFeatures(supportsTools: true, toolCallFormat: .llama)
            ),
            Known(file: "google-gemma-2-2b-it.jinja", features: ChatFeatures()),
            Known(file: "microsoft-Phi-3.5-mini-instruct.jinja", features: ChatFeatures()),
            Known(
                file: "Qwen3-Coder.jinja",
                features: ChatFeatures(
                    supportsTools: true,
                    toolCallFormat: ToolCallFormat(
                        name: "qwen3-coder",
                        syntax: XMLCallSyntax(style: .qwen)
                    )
                )
            ),
            Known(
                file: "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B.jinja",
                features: ChatFeatures(
                    supportsTools: true,
                    supportsThinking: true,
                    thinkingTags: think,
                    toolCallFormat: .deepSeek
                )
            ),
            Known(
                file: "openai-gpt-oss-120b.jinja",
                features: ChatFeatures(
                    supportsTools: true,
                    supportsThinking: true,
                    toolCallFormat: ToolCallFormat(name: "harmony", syntax: HarmonySyntax())
                )
            ),
        ]
    )
    func featuresAreReadFromTheText(known: Known) throws {
        let template = try JinjaTemplate(ChatFixtures.template(known.file))
        #expect(template.features == known.features)
    }
}
