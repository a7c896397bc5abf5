extension ToolCallFormat {
    static let hermes = ToolCallFormat("hermes", .hermes)
    static let llama = ToolCallFormat("llama", .llama)
    static let mistral = ToolCallFormat("mistral", .mistral)
    static let mistralArguments = ToolCallFormat("mistral-arguments", .mistralArguments)
    static let command = ToolCallFormat("command", .command)
    static let commandAction = ToolCallFormat("command-action", .commandAction)
    static let deepSeek = ToolCallFormat("deepseek", .deepSeek)
    static let deepSeekPlain = ToolCallFormat("deepseek-plain", .deepSeekPlain)
    static let kimi = ToolCallFormat("kimi", .kimi)
    static let granite = ToolCallFormat("granite", .granite)

    /// Formats whose arguments are JSON, by what a template's text contains.
    static let jsonRows = [
        ToolCallFormatRow(
            present: ["<｜tool▁calls▁begin｜>", "```json"],
            absent: [],
            format: .deepSeek
        ),
        ToolCallFormatRow(present: ["<｜tool▁calls▁begin｜>"], absent: [], format: .deepSeekPlain),
        ToolCallFormatRow(present: ["<|tool_calls_section_begin|>"], absent: [], format: .kimi),
        ToolCallFormatRow(present: ["<|START_ACTION|>"], absent: [], format: .commandAction),
        ToolCallFormatRow(
            present: ["Action:", "tool_name", "```json"],
            absent: [],
            format: .command
        ),
        ToolCallFormatRow(
            present: ["[TOOL_CALLS]", "[ARGS]"],
            absent: [],
            format: .mistralArguments
        ),
        ToolCallFormatRow(present: ["[TOOL_CALLS]"], absent: [], format: .mistral),
        ToolCallFormatRow(
            present: ["<tool_call>", "</tool_call>"],
            absent: ["<function=", "<arg_key>", "<parameter", "<|tool_call|>"],
            format: .hermes
        ),
        ToolCallFormatRow(present: ["<|tool_call|>"], absent: [], format: .granite),
        ToolCallFormatRow(
            present: [#"{"name": function name, "parameters""#],
            absent: ["<tool_call>"],
            format: .llama
        ),
        ToolCallFormatRow(present: ["<|python_tag|>"], absent: ["<tool_call>"], format: .llama),
    ]

    /// A format with a layout.
    init(_ name: String, parameters: [String] = [], _ layout: CallLayout) {
        self.init(name: name, parameters: parameters, syntax: CallLayoutSyntax(layout))
    }
}
