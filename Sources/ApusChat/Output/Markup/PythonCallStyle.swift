/// How one family of models surrounds calls that are written as in Python.
///
/// ```text
/// open [f(a="x", b=1), g()] close
/// ```
///
/// Calls stand in a list or on lines of their own; inside of markers they may be JSON instead.
/// Sources: the chat templates of LFM2, OLMo 3 and Llama 4; Gemma 3's guide to function calling.
struct PythonCallStyle: Sendable {
    /// Texts that begin a block, the one that models are made to write first.
    let opens: [String]
    /// The text that ends a block; empty where the list's bracket does.
    let close: String
    /// Whether the calls stand in brackets.
    let isList: Bool
    /// Whether the calls are the whole answer; they count only when they name tools then.
    var isAnchored = false

    /// LFM2 and LFM2.5.
    static let lfm2 = PythonCallStyle(
        opens: ["<|tool_call_start|>"],
        close: "<|tool_call_end|>",
        isList: true
    )

    /// OLMo 3.
    static let olmo3 = PythonCallStyle(
        opens: ["<function_calls>"],
        close: "</function_calls>",
        isList: false
    )

    /// Llama 4, and fine-tunings of Llama 3.2 that follow the same prompt.
    static let llama4 = PythonCallStyle(
        opens: ["[", "<|python_start|>["],
        close: "<|python_end|>",
        isList: true,
        isAnchored: true
    )

    /// Gemma 3, as prompts teach it.
    static let toolCode = PythonCallStyle(
        opens: ["```tool_code"],
        close: "```",
        isList: false
    )
}
