/// How a model writes calls of tools into its output.
package enum ToolCallFormat: Sendable, Equatable {
    /// Not at all, or in a way that is not known: everything is text.
    case none
    /// Between two tags, as `{"name": …, "arguments": {…}}`: Hermes, Qwen 2.5 and 3.
    case tagged(open: String, close: String)
    /// As the whole answer, `{"name": …, "parameters": {…}}`: Llama 3.
    case bareJSON

    /// Formats by what a template's text contains; the first row counts whose `present` are all
    /// there and whose `absent` are not.
    private static let table: [(present: [String], absent: [String], format: ToolCallFormat)] = [
        (
            ["<tool_call>", "</tool_call>"], ["<function=", "<arg_key>", "<parameter"],
            .tagged(open: "<tool_call>", close: "</tool_call>")
        ),
        ([#"{"name": function name, "parameters""#], ["<tool_call>"], .bareJSON),
    ]

    /// The format that a template teaches its model.
    package init(templateText: String) {
        func mentions(_ text: String) -> Bool { TextSearch.first(text, in: templateText) != nil }
        let row = Self.table.first { row in
            row.present.allSatisfy(mentions) && !row.absent.contains(where: mentions)
        }
        self = row?.format ?? .none
    }
}
