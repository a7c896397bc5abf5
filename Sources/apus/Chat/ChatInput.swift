/// What was entered at the prompt: a message, possibly quoted over several lines, or a command.
enum ChatInput: Sendable, Equatable {
    /// A message for the model.
    case message(String)
    /// A command's words, without the slash.
    case command([String])
    case nothing

    private static let quote = "\"\"\""

    /// Reads what was entered.
    init(_ text: String) {
        let trimmed = text.trimmingWhitespace()
        if trimmed.hasPrefix("/"), !trimmed.contains("\n") {
            self = .command(Self.words(trimmed.dropFirst()))
        } else if trimmed.hasPrefix("/set system \(Self.quote)") {
            self = .command(Self.words(trimmed.dropFirst()))
        } else if trimmed.hasPrefix(Self.quote) {
            self = .message(Self.unquoted(trimmed))
        } else {
            self = trimmed.isEmpty ? .nothing : .message(text)
        }
    }

    /// Whether a text with an opening `"""` has the closing one, too.
    static func isComplete(_ text: String) -> Bool {
        let trimmed = text.trimmingWhitespace()
        let start = trimmed.hasPrefix("/set system ") ? trimmed.dropFirst(12) : trimmed[...]
        guard start.hasPrefix(quote) else { return true }
        return start.dropFirst(quote.count).hasSuffix(quote)
    }

    /// The text inside `"""`, or the text as it is.
    static func unquoted(_ text: String) -> String {
        var rest = text[...]
        guard rest.hasPrefix(quote) else { return text }
        rest = rest.dropFirst(quote.count)
        if rest.hasSuffix(quote) { rest = rest.dropLast(quote.count) }
        if rest.first == "\n" { rest = rest.dropFirst() }
        if rest.last == "\n" { rest = rest.dropLast() }
        return String(rest)
    }

    /// The words of a command; what follows `set system` stays one.
    private static func words(_ text: Substring) -> [String] {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count > 2, words[0] == "set", words[1] == "system" else { return words }
        let rest = text.split(maxSplits: 2, whereSeparator: \.isWhitespace).last ?? ""
        return [words[0], words[1], unquoted(String(rest))]
    }
}

extension StringProtocol {
    /// The text without white space around it.
    func trimmingWhitespace() -> String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
