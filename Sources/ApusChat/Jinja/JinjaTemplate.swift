package import ApusConversation

/// A chat template in Jinja: what GGUF files carry as `tokenizer.chat_template`.
///
/// Rendered as `apply_chat_template` of Hugging Face transformers does, byte for byte, within
/// bounds of time and memory.
package struct JinjaTemplate: ChatTemplate {
    package let source: String
    package let features: ChatFeatures
    private let statements: [JinjaStatement]
    private let limits: JinjaLimits
    /// Whether the template insists on the nine letters and digits of Mistral's call identifiers.
    let needsShortCallIDs: Bool

    /// A template from its text.
    ///
    /// Throws: `ChatError` with code `syntax`, or `limit` when the text nests too deep.
    package init(_ source: String, limits: JinjaLimits = JinjaLimits()) throws(ChatError) {
        var parser = JinjaParser(try JinjaLexer.tokens(of: source))
        statements = try parser.parseTemplate()
        self.source = source
        self.limits = limits
        features = ChatFeatures(
            jinja: source,
            variables: parser.names,
            members: parser.members
        )
        needsShortCallIDs = TextSearch.first("length != 9", in: source) != nil
    }

    /// The text that the template gives for variables of the caller's choice.
    ///
    /// `bos_token` and `eos_token` come from `options` unless given.
    /// Throws: `ChatError` with code `evaluation`, `raised` or `limit`.
    package func render(
        variables: JSONObject,
        options: RenderOptions
    ) throws(ChatError) -> String {
        var values: [String: JinjaValue] = [
            "bos_token": .string(options.beginningText), "eos_token": .string(options.endText),
        ]
        for (name, value) in variables { values[name] = JinjaValue(value) }
        return try JinjaInterpreter(options: options, limits: limits).render(statements, values)
    }
}
