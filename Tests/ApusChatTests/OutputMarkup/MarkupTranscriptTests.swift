import Testing

@testable import ApusChat

@Suite struct MarkupTranscriptTests {
    static let expected: [Markup.Item] = [
        .text("Let me look."), .call("weather", #"{"city":"Zürich \"old\"\ntown","days":3}"#),
    ]

    @Test(arguments: Markup.transcripts.indices)
    func transcriptsAreRead(_ index: Int) {
        let (_, syntax, text) = Markup.transcripts[index]
        #expect(Markup.scan(syntax, text) == Self.expected)
    }

    @Test(arguments: Markup.transcripts.indices)
    func everyCutGivesTheSame(_ index: Int) {
        let (_, syntax, text) = Markup.transcripts[index]
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            let pieces = [Array(bytes[..<cut]), Array(bytes[cut...])]
            let (items, problem) = Markup.items(Markup.parts(syntax, pieces))
            #expect(items == Self.expected && problem == nil, "cut at \(cut)")
        }
        let (items, problem) = Markup.items(Markup.parts(syntax, bytes.map { [$0] }))
        #expect(items == Self.expected && problem == nil)
    }

    /// An answer that ends early is text, a broken call, or a whole one with what there was.
    @Test(arguments: Markup.transcripts.indices)
    func everyBeginningIsHandled(_ index: Int) {
        let (_, syntax, text) = Markup.transcripts[index]
        let bytes = Array(text.utf8)
        for length in 0..<bytes.count {
            let (items, problem) = Markup.items(Markup.parts(syntax, [Array(bytes[..<length])]))
            #expect(problem == nil, "\(length) bytes")
            for case .call(let name, let arguments) in items {
                #expect(name == "weather" && arguments.hasPrefix(#"{"city":"Zürich"#))
            }
        }
    }

    @Test(arguments: Markup.transcripts.indices)
    func textIsStreamedWhileItComes(_ index: Int) {
        let (name, syntax, _) = Markup.transcripts[index]
        var scanner = syntax.scanner(for: Markup.tools)
        let header = name == "harmony" ? "<|channel|>commentary<|message|>" : ""
        let parts = scanner.feed(Array((header + "Let me look.").utf8))
        #expect(parts == [.text(Array("Let me look.".utf8))])
    }

    @Test func stringsAreStreamedWhileTheyCome() {
        let answers: [(any ToolCallSyntax, String)] = [
            (Markup.qwen, "<tool_call><function=write><parameter=path>\n"),
            (Markup.glm, "<tool_call>write<arg_key>path</arg_key><arg_value>"),
            (Markup.minimax, #"<minimax:tool_call><invoke name="write"><parameter name="path">"#),
            (Markup.gemma4, #"<|tool_call>call:write{path:<|"|>"#),
            (Markup.harmony, #" to=functions.write<|channel|>commentary<|message|>{"path": ""#),
            (Markup.lfm2, #"<|tool_call_start|>[write(path=""#),
        ]
        for (syntax, start) in answers {
            var scanner = syntax.scanner(for: Markup.tools)
            _ = scanner.feed(Array((start + "0123456789").utf8))
            let parts = scanner.feed(Array("abc".utf8))
            #expect(parts == [.callArguments(Array("abc".utf8))], "\(start)")
        }
    }

    @Test func wholeFilesKeepTheirLines() {
        let file = "\nfunc main() {\n\tprint(\"</p> <x> \\n\")\n}\n\n"
        let text =
            "<tool_call>\n<function=write>\n<parameter=path>\n\(file)\n</parameter>\n</function>"
        let arguments: String = #"{"path":"\nfunc main() {\n\tprint(\"</p> <x> \\n\")\n}\n\n"}"#
        #expect(Markup.scan(Markup.qwen, text) == [.call("write", arguments)])
    }

    @Test func severalCallsAreRead() {
        let now = Markup.Item.call("now", "{}")
        let answers: [(any ToolCallSyntax, String)] = [
            (
                Markup.qwen,
                "<tool_call>\n<function=now>\n</function>\n</tool_call>\n"
                    + "<tool_call>\n<function=now>\n</function>\n</tool_call>"
            ),
            (Markup.qwen, "<function=now></function>\n<function=now></function>\n</tool_call>"),
            (Markup.glm, "<tool_call>now</tool_call>\n<tool_call>now\n</tool_call>\n"),
            (
                Markup.minimax,
                "<minimax:tool_call>\n<invoke name=\"now\"></invoke>\n<invoke name=\"now\">\n"
                    + "</invoke>\n</minimax:tool_call>"
            ),
            (
                Markup.functionGemma,
                "<start_function_call>call:now{}<end_function_call>"
                    + "<start_function_call>call:now{}<end_function_call>"
            ),
            (Markup.gemma4, "<|tool_call>call:now{}<tool_call|><|tool_call>call:now{}<tool_call|>"),
            (Markup.lfm2, "<|tool_call_start|>[now(), now()]<|tool_call_end|>"),
            (
                Markup.lfm2,
                #"<|tool_call_start|>[{"name": "now", "arguments": {}}, {"name": "now"}]"#
                    + "<|tool_call_end|>"
            ),
            (Markup.olmo3, "<function_calls>now()\nnow()</function_calls>"),
            (Markup.llama4, "[now(), now()]"),
            (Markup.llama4, "\n<|python_start|>[now(), now()]<|python_end|>"),
            (
                Markup.harmony,
                "<|channel|>commentary to=functions.now<|message|>{}<|call|><|start|>assistant"
                    + " to=functions.now<|channel|>commentary json<|message|>{}"
            ),
        ]
        for (syntax, text) in answers {
            let items = Markup.scan(syntax, text)
            let calls = items.filter { if case .call = $0 { true } else { false } }
            #expect(items.count == 2 && calls.count == 2, "\(text): \(items)")
            #expect(items.first == now || items.first == .call("now", "{}"))
        }
    }
}
