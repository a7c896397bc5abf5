internal import ApusConversation
internal import ApusSampling

/// How one family of models writes calls of tools: what to look for, how to read it, what to allow.
protocol ToolCallSyntax: Sendable {
    /// Texts of which each begins a call; free text before a call contains none of them.
    var openings: [String] { get }
    /// Whether a call counts only at the very beginning of the answer.
    var isAnchored: Bool { get }
    /// Texts that are special tokens in some vocabularies and have to reach the scanner as text.
    var markers: [String] { get }

    /// A scanner of one answer to a conversation with these tools.
    func scanner(for tools: [Tool]) -> any ToolCallScanner

    /// Everything from the opening of the first call to the end of the last one.
    ///
    /// Only calls of `tools` with arguments that their schemas allow; exactly one call unless
    /// `isParallel`. Whatever matches is read by the scanner as just these calls.
    /// Throws: when a schema cannot be used at all.
    func calls(
        of tools: [Tool],
        isParallel: Bool,
        in grammar: inout Grammar
    ) throws(GrammarError) -> GrammarExpression

    /// `content` as this family writes the text of an answer, with markers around it where it has
    /// such.
    func answer(containing content: GrammarExpression) -> GrammarExpression
}

extension ToolCallSyntax {
    var isAnchored: Bool { false }
    var markers: [String] { openings }
    func answer(containing content: GrammarExpression) -> GrammarExpression { content }
}

/// A format and how a template's text shows that its model writes it.
struct ToolCallFormatRow: Sendable {
    /// Texts that are all in the template.
    let present: [String]
    /// Texts of which none is.
    let absent: [String]
    /// The format.
    let format: ToolCallFormat
}
