import ApusConversation
import FoundationEssentials
import TestSupport
import Testing

@testable import ApusChat

/// Formats follow from templates.
@Suite struct ToolCallFormatTests {
    @Test(
        .enabled(if: ChatFixtures.hasTemplates, "no conformance data"),
        arguments: [
            ("CohereForAI-c4ai-command-r7b-12-2024-tool_use", "command-action"),
            ("HuggingFaceTB-SmolLM3-3B", nil),
            ("NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use", "hermes"),
            ("Qwen-Qwen2.5-7B-Instruct", "hermes"), ("Qwen-Qwen3-0.6B", "hermes"),
            ("deepseek-ai-DeepSeek-R1-Distill-Qwen-32B", "deepseek"),
            ("deepseek-ai-DeepSeek-V3.1", "deepseek-plain"), ("google-gemma-2-2b-it", nil),
            ("ibm-granite-granite-3.3-2B-Instruct", "granite"),
            ("meta-llama-Llama-3.1-8B-Instruct", "llama"),
            ("meta-llama-Llama-3.2-3B-Instruct", "llama"), ("microsoft-Phi-3.5-mini-instruct", nil),
            ("mistralai-Mistral-Nemo-Instruct-2407", "mistral"), ("moonshotai-Kimi-K2", "kimi"),
            ("GLM-4.6", "glm-4.5"), ("MiniMax-M2", "minimax-m2"), ("Qwen3-Coder", "qwen3-coder"),
            ("openai-gpt-oss-120b", "harmony"),
        ] as [(String, String?)]
    )
    func publicTemplatesAreRecognised(file: String, name: String?) throws {
        let source = try ChatFixtures.template(file + ".jinja")
        #expect(try JinjaTemplate(source).features.toolCallFormat?.name == name)
        #expect(ToolCallFormat(templateText: source)?.name == name, "from the text alone")
    }

    private static func go(_ calls: String) -> String {
        "{{ .Tools }}{{ range .Messages }}<|{{ .Role }}|>{{ if .ToolCalls }}\(calls)"
            + "{{ else }}{{ .Content }}{{ end }}<|end|>{{ end }}"
    }

    private static func jinja(_ calls: String) -> String {
        "{{ tools }}{% for m in messages %}<|{{ m.role }}|>{% if m.tool_calls %}"
            + "{% for c in m.tool_calls %}{% set f = c.function %}\(calls){% endfor %}"
            + "{% else %}{{ m.content }}{% endif %}<|end|>{% endfor %}"
    }

    /// Formats that no table has follow from how the template writes a call.
    @Test(arguments: [
        (
            go(
                "<fn>{{ range .ToolCalls }}"
                    + #"{"tool": "{{ .Function.Name }}", "input": {{ .Function.Arguments }}}"#
                    + "{{ end }}</fn>"
            ),
            "generic",
            ["<fn>", "</fn>", "object", "tool", "name", "input", "arguments", "parameters"]
        ),
        (
            go(
                "CALLS [{{ range .ToolCalls }}"
                    + #"{"name": "{{ .Function.Name }}", "arguments": {{ .Function.Arguments }}}"#
                    + "{{ end }}]"
            ),
            "generic", ["CALLS", "<|end|>", "array", "name", "arguments", "parameters"]
        ),
        (
            jinja("<call>{{ f.name }}<args>{{ f.arguments | tojson }}</call>"), "generic-header",
            ["<call>", "<args>", "</call>"]
        ),
        (
            jinja(#"{"name": "{{ f.name }}", "parameters": {{ f.arguments | tojson }}}"#), "llama",
            []
        ),
        (
            jinja(#"<tool_call>{"name": "{{ f.name }}", "arguments": {{ f.arguments | tojson }}}"#),
            "hermes", []
        ),
    ])
    func unknownFormatsAreInferred(source: String, name: String, parameters: [String]) throws {
        let format = try ChatTemplates.template(source).features.toolCallFormat
        #expect(format?.name == name)
        #expect(format?.parameters == parameters)
    }

    @Test func aCallThatIsNoJSONHasNoFormat() throws {
        let source = Self.jinja("{{ f.name }} with care")
        #expect(try ChatTemplates.template(source).features.toolCallFormat == nil)
    }

    /// A marker that a template mentions but does not write calls with does not count.
    @Test func whatIsWrittenCountsMoreThanWhatIsMentioned() throws {
        let call =
            #"[TOOL_CALLS][{"name": "{{ f.name }}", "arguments": {{ f.arguments | tojson }}}]"#
        let source = "Never write <tool_call> or </tool_call>." + Self.jinja(call)
        #expect(try ChatTemplates.template(source).features.toolCallFormat == .mistral)
    }
}
