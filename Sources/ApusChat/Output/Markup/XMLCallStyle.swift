/// The markers of one format that writes calls as nested elements.
///
/// ```text
/// block.open
///   call.open NAME call.nameEnd
///     parameter.open NAME parameter.nameEnd [valueOpen] VALUE parameter.close
///   call.close
/// block.close
/// ```
///
/// Sources: the chat templates that the publishers of the models ship.
struct XMLCallStyle: Sendable {
    /// The markers of a call or a parameter.
    struct Element: Sendable {
        let open: String
        let nameEnd: String
        let close: String
    }

    /// White space between elements, where the model is made to write it.
    enum Space: Sendable {
        case none
        case line
        case optionalLine
    }

    /// Around calls; the opening is a special token in most vocabularies.
    let block: (open: String, close: String)
    /// Around one call; nil when a block is one call that begins with its name.
    let call: Element?
    /// Around one parameter.
    let parameter: Element
    /// What stands between the name of a parameter and its value.
    var valueOpen: String?
    /// Whether calls are read outside of blocks too.
    var hasBareCalls = false
    /// Whether one block holds all calls.
    var hasManyCalls = false
    /// White space between elements.
    let space: Space
    /// Whether values stand on lines of their own.
    var hasValueLines = false
}

extension XMLCallStyle {
    /// Qwen3-Coder, Qwen 3.5, Nemotron 3: `<function=N>`, `<parameter=P>`.
    static let qwen = functions(open: "<tool_call>", close: "</tool_call>", hasValueLines: true)

    /// Seed-OSS: the same elements in a block of its own.
    static let seed = functions(
        open: "<seed:tool_call>",
        close: "</seed:tool_call>",
        hasValueLines: false
    )

    private static func functions(open: String, close: String, hasValueLines: Bool) -> Self {
        XMLCallStyle(
            block: (open, close),
            call: Element(open: "<function=", nameEnd: ">", close: "</function>"),
            parameter: Element(open: "<parameter=", nameEnd: ">", close: "</parameter>"),
            hasBareCalls: true,
            space: .line,
            hasValueLines: hasValueLines
        )
    }

    /// GLM 4.5 and later: `<arg_key>` and `<arg_value>`.
    static let glm = XMLCallStyle(
        block: ("<tool_call>", "</tool_call>"),
        call: nil,
        parameter: Element(open: "<arg_key>", nameEnd: "</arg_key>", close: "</arg_value>"),
        valueOpen: "<arg_value>",
        space: .optionalLine
    )

    /// MiniMax M2: `<invoke name="N">`, `<parameter name="P">`.
    static let minimax = XMLCallStyle(
        block: ("<minimax:tool_call>", "</minimax:tool_call>"),
        call: Element(open: "<invoke name=\"", nameEnd: "\">", close: "</invoke>"),
        parameter: Element(open: "<parameter name=\"", nameEnd: "\">", close: "</parameter>"),
        hasManyCalls: true,
        space: .line
    )
}
