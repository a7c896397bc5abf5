import Testing

@testable import ApusChat

@Suite struct MarkupBrokenTests {
    /// Answers that begin like calls, and what is broken in them; the rest is text.
    static let answers: [(syntax: any ToolCallSyntax, broken: String, rest: String)] = [
        (Markup.qwen, "<tool_call>\n", "{\"name\": \"now\"}\n</tool_call>"),
        (Markup.qwen, "<tool_call>\n<function=>", "\n</tool_call>"),
        (Markup.qwen, "<tool_call>\n<function=now>\n", "then\n</function>"),
        (Markup.qwen, "<function=now\n", "x"),
        (Markup.qwen, "<tool_call><function=weather><parameter=city>Bern</param", ""),
        (Markup.qwen, "<tool_call><function=weather><parameter=days>\n3\n</parameter>", ""),
        (Markup.glm, "<tool_call>", "<arg_key>city</arg_key>"),
        (Markup.glm, "<tool_call>weather\n<arg_key>city</arg_key>\n", "Bern</tool_call>"),
        (Markup.minimax, "<minimax:tool_call>\n", "<call name=\"now\"></call>"),
        (Markup.minimax, "<minimax:tool_call><invoke name=\"now\n", "\"></invoke>"),
        (Markup.functionGemma, "<start_function_call>", "now{}"),
        (Markup.functionGemma, "<start_function_call>call:{", "}<end_function_call>"),
        (Markup.functionGemma, "<start_function_call>call:now{a:[}}", ""),
        (Markup.gemma4, "<|tool_call>call:now{a:<|\"|>open}<tool_call|>", ""),
        (Markup.gemma4, "<|tool_call>call:write{path:<|\"|>open<|\"|>x", "}<tool_call|>"),
        (Markup.lfm2, "<|tool_call_start|>[", "]<|tool_call_end|>"),
        (Markup.lfm2, "<|tool_call_start|>[now(1)", "]"),
        (Markup.lfm2, "<|tool_call_start|>[now(a=b)", "]"),
        (Markup.lfm2, "<|tool_call_start|>{\"nome\": 1}", "<|tool_call_end|>"),
        (Markup.lfm2, "<|tool_call_start|>[now(a=", ""),
        (Markup.olmo3, "<function_calls>now", " ()</function_calls>"),
        (Markup.llama4, "[1", ", 2, 3]"),
        (Markup.llama4, "[unknown(", ")]"),
        (Markup.harmony, "<|channel|>commentary to=functions.now<|message|>[1]<|call|>", ""),
        (Markup.harmony, "<|channel|>commentary to=functions.now<|message|>{\"a\": <|end|>", ""),
        (Markup.harmony, " to=functions.now<|channel|>commentary<|message|>{\"a\": \"<|end|>", ""),
    ]

    @Test(arguments: answers.indices)
    func brokenCallsComeOutWhole(_ index: Int) {
        let (syntax, broken, rest) = Self.answers[index]
        let expected: [Markup.Item] = [.broken(broken)] + (rest.isEmpty ? [] : [.text(rest)])
        #expect(Markup.scan(syntax, broken + rest) == expected)
    }

    @Test func aCallMayFollowABrokenOne() {
        let text = "<tool_call>\n<tool_call>\n<function=now>\n</function>\n</tool_call>"
        #expect(
            Markup.scan(Markup.qwen, text) == [.broken("<tool_call>\n"), .call("now", "{}")]
        )
    }

    @Test func aGoodCallStaysBeforeABrokenOne() {
        let text = "[now(), weather(city=Bern)]"
        let items: [Markup.Item] = [
            .call("now", "{}"), .broken(", weather(city=Bern)"), .text("]"),
        ]
        #expect(Markup.scan(Markup.llama4, text) == items)
    }

    @Test func textThatIsNoCallStaysText() {
        let answers: [(any ToolCallSyntax, String)] = [
            (Markup.qwen, "  a < b, <tool_cal> and <function>\n"),
            (Markup.llama4, "See [now()] there"), (Markup.llama4, "  \n"), (Markup.glm, ""),
            (Markup.lfm2, "<|tool_call_"), (Markup.harmony, "Just text"),
            (Markup.harmony, "A first line\nand more <|mess"),
        ]
        for (syntax, text) in answers {
            #expect(Markup.scan(syntax, text) == (text.isEmpty ? [] : [.text(text)]))
        }
    }

    @Test func harmonyChannelsAreToldApart() {
        let text =
            "<|channel|>analysis<|message|>Think <b> \n<|end|><|start|>assistant<|channel|>final"
            + "<|message|>Text\n<|return|>"
        let items: [Markup.Item] = [.thinking("Think <b> \n"), .text("Text\n")]
        #expect(Markup.scan(Markup.harmony, text) == items)
        let open =
            "<|channel|>analysis<|message|>Think<|channel|>commentary to=weather<|message|>"
            + #"{"city": "<|call|>"}"#
        let calls: [Markup.Item] = [
            .thinking("Think"), .call("weather", #"{"city":"<|call|>"}"#),
        ]
        #expect(Markup.scan(Markup.harmony, open) == calls)
        let other = "<|channel|>analysis to=browser.search<|message|>{}<|call|>"
        #expect(Markup.scan(Markup.harmony, other) == [.thinking("{}")])
    }

    @Test(arguments: Markup.syntaxes.indices)
    func longUnclosedCallsTakeLinearTime(_ index: Int) {
        let (name, syntax) = Markup.syntaxes[index]
        let starts = [
            "qwen": "<tool_call><function=write><parameter=path>",
            "seed": "<seed:tool_call><function=write><parameter=lines>[\"",
            "glm": "<tool_call>write<arg_key>path</arg_key><arg_value>",
            "minimax": "<minimax:tool_call><invoke name=\"write\"><parameter name=\"lines\">",
            "functionGemma": "<start_function_call>call:write{path:<escape>",
            "gemma4": "<|tool_call>call:write{options:{a:<|\"|>",
            "lfm2": "<|tool_call_start|>[write(path=\"",
            "olmo3": "<function_calls>write(lines=[\"", "llama4": "[write(path='''",
            "toolCode": "```tool_code\nwrite(path=\"",
            "harmony": " to=functions.write<|channel|>commentary<|message|>{\"path\": \"",
        ]
        let start = starts[name] ?? ""
        let text =
            start + String(repeating: "a </< \\\\ b\n", count: name == "qwen" ? 90_000 : 5_000)
        let bytes = Array(text.utf8)
        var scanner = syntax.scanner(for: Markup.tools)
        var parts: [ScannedPart] = []
        for first in stride(from: 0, to: bytes.count, by: 10_000) {
            parts += scanner.feed(Array(bytes[first..<min(first + 10_000, bytes.count)]))
        }
        parts += scanner.finish()
        let (items, problem) = Markup.items(parts)
        #expect(items == [.broken(text)] && problem == nil)
    }
}
