/// How a model writes calls of tools into its output.
///
/// Formats are equal when name and parameters are.
package struct ToolCallFormat: Sendable, Equatable {
    /// What the format is called in messages.
    package let name: String
    /// Texts that tell formats of one name apart.
    let parameters: [String]
    /// What to look for, how to read it, what to allow.
    let syntax: any ToolCallSyntax

    /// A format.
    init(name: String, parameters: [String] = [], syntax: any ToolCallSyntax) {
        self.name = name
        self.parameters = parameters
        self.syntax = syntax
    }

    /// Whether both are the same format.
    package static func == (one: ToolCallFormat, other: ToolCallFormat) -> Bool {
        one.name == other.name && one.parameters == other.parameters
    }

    /// All known formats by what a template's text contains; the first row that fits counts.
    static let table = markupRows + jsonRows

    /// The format that a template teaches its model, as far as the text shows it.
    init?(templateText: String) {
        guard let row = Self.table.first(where: { $0.fits(templateText) }) else { return nil }
        self = row.format
    }

    /// The format that a template teaches its model, whose text and rendering show it.
    ///
    /// A format of the table counts only when it reads the calls that the template itself writes,
    /// as far as it writes any. When none does, the texts around those calls make a format.
    init?(templateText: String, render: ToolCallProbe.Render) {
        let named = Self.table.filter { $0.fits(templateText) }.map(\.format)
        guard let probe = ToolCallProbe(render: render) else {
            guard let format = named.first else { return nil }
            self = format
            return
        }
        let known = named + Self.table.map(\.format)
        guard let format = known.first(where: probe.isRead) ?? probe.inferredFormat ?? named.first
        else { return nil }
        self = format
    }
}

extension ToolCallFormatRow {
    /// Whether a template's text shows that its model writes the format.
    func fits(_ templateText: String) -> Bool {
        func mentions(_ text: String) -> Bool { TextSearch.first(text, in: templateText) != nil }
        return present.allSatisfy(mentions) && !absent.contains(where: mentions)
    }
}
