/// Makes what is shown of an answer out of its pieces: marks around the reasoning, wrapped rows.
struct AnswerText: Sendable {
    /// How an answer is shown.
    struct Appearance: Sendable {
        /// Whether reasoning is shown in another colour.
        var isColoured = false
        /// Columns to wrap at; nil to leave rows as they are.
        var width: Int?
        /// Whether reasoning is left out.
        var hidesThinking = false
    }

    private enum Section {
        case none, thinking, content, calls
    }

    private let appearance: Appearance
    private var wrap: WordWrap?
    private var section = Section.none
    private var endsLine = true

    init(_ appearance: Appearance) {
        self.appearance = appearance
        wrap = appearance.width.map { WordWrap(width: $0) }
    }

    /// What to show for a piece of reasoning.
    mutating func thinking(_ text: String) -> String {
        guard !text.isEmpty, !appearance.hidesThinking else { return "" }
        var output = ""
        if section != .thinking {
            section = .thinking
            output = mark("Thinking...\n")
            if appearance.isColoured { output += TextStyle.grey }
        }
        endsLine = text.last?.isNewline ?? false
        return output + wrapped(text)
    }

    /// What to show for a piece of the answer.
    mutating func content(_ text: String) -> String {
        guard !text.isEmpty else { return "" }
        let output = section == .thinking ? closeThinking() : ""
        section = .content
        endsLine = text.last?.isNewline ?? false
        return output + wrapped(text)
    }

    /// What to show for a call of a tool, on a line of its own.
    mutating func call(_ text: String) -> String {
        var output = section == .thinking ? closeThinking() : ""
        if section == .content, !endsLine { output += "\n" }
        if section == .calls { output += "\n" }
        section = .calls
        return output + text
    }

    /// What to show at the end, before the line end.
    mutating func finish() -> String {
        section == .thinking ? closeThinking() : ""
    }

    private mutating func closeThinking() -> String {
        section = .none
        wrap = appearance.width.map { WordWrap(width: $0) }
        return (endsLine ? "" : "\n") + mark("...done thinking.\n\n")
    }

    private func mark(_ text: String) -> String {
        guard appearance.isColoured else { return text }
        return TextStyle.grey + TextStyle.bold + text + TextStyle.plain
    }

    private mutating func wrapped(_ text: String) -> String {
        wrap?.append(text) ?? text
    }
}
