/// The markers of one format that writes calls as names with arguments in braces.
///
/// ```text
/// open call:NAME{key:value,key:value} close
/// ```
///
/// Values are texts between two equal markers, lists and objects of such values, and JSON's other
/// literals; keys stand without quotes.
/// Sources: FunctionGemma's guide to formatting; the chat templates of FunctionGemma and Gemma 4.
struct BraceCallStyle: Sendable {
    let open: String
    let close: String
    /// Stands before and after a text.
    let quote: String

    /// FunctionGemma.
    static let functionGemma = BraceCallStyle(
        open: "<start_function_call>",
        close: "<end_function_call>",
        quote: "<escape>"
    )

    /// Gemma 4.
    static let gemma4 = BraceCallStyle(
        open: "<|tool_call>",
        close: "<tool_call|>",
        quote: "<|\"|>"
    )
}
