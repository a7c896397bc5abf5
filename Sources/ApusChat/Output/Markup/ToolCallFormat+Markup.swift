extension ToolCallFormat {
    /// Formats that are not plain JSON; the first row that fits a template counts.
    static let markupRows: [ToolCallFormatRow] = [
        row("harmony", ["<|channel|>", "<|message|>", "commentary"], HarmonySyntax()),
        row("minimax-m2", ["<minimax:tool_call>"], XMLCallSyntax(style: .minimax)),
        row("seed-oss", ["<seed:tool_call>"], XMLCallSyntax(style: .seed)),
        row("glm-4.5", ["<tool_call>", "<arg_key>"], XMLCallSyntax(style: .glm)),
        row("qwen3-coder", ["<function=", "<parameter="], XMLCallSyntax(style: .qwen)),
        row("functiongemma", ["<start_function_call>"], BraceCallSyntax(style: .functionGemma)),
        row("gemma4", ["<|tool_call>", "<tool_call|>"], BraceCallSyntax(style: .gemma4)),
        row("lfm2", ["<|tool_call_start|>"], PythonCallSyntax(style: .lfm2)),
        row("lfm2", ["<|tool_list_start|>"], PythonCallSyntax(style: .lfm2)),
        row("olmo3", ["<function_calls>", "<functions>"], PythonCallSyntax(style: .olmo3)),
        row("llama4", ["func_name1(params_name1=params_value1"], PythonCallSyntax(style: .llama4)),
        row("tool-code", ["```tool_code"], PythonCallSyntax(style: .toolCode)),
    ]

    private static func row(
        _ name: String,
        _ present: [String],
        _ syntax: any ToolCallSyntax
    ) -> ToolCallFormatRow {
        ToolCallFormatRow(
            present: present,
            absent: [],
            format: ToolCallFormat(name: name, syntax: syntax)
        )
    }
}
