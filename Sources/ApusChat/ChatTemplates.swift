/// Chooses the language of a template.
package enum ChatTemplates {
    /// What a model without a template gets, in Go's language: the texts of the turns, one after
    /// another.
    private static let plain = "{{ .Prompt }}"

    /// Parses a model's template; nil or empty stands for a model without one.
    ///
    /// A template with a Jinja statement, `{% … %}`, is Jinja; every other one is Go's, whose
    /// actions only know `{{ … }}`.
    /// Throws: `ChatError` when it does not parse.
    package static func template(_ source: String?) throws(ChatError) -> any ChatTemplate {
        guard let source, !source.isEmpty else { return try GoTemplate(plain) }
        return source.contains("{%") ? try JinjaTemplate(source) : try GoTemplate(source)
    }
}
