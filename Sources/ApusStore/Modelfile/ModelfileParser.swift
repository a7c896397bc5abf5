/// Splits a Modelfile into statements.
struct ModelfileParser {
    private static let words = [
        "from", "license", "template", "system", "adapter", "draft", "renderer", "parser",
        "parameter", "message", "requires",
    ]
    private static let roles = ["system", "user", "assistant"]

    private let scalars: [Unicode.Scalar]
    private var position = 0
    /// The line of `position`, counted from 1; CR LF ends one line.
    private var line = 1

    private init(_ text: String) {
        scalars = Array(text.unicodeScalars)
    }

    /// The statements of `text`.
    ///
    /// Throws: `invalidModelfile`. Complexity: O(count).
    static func parse(
        _ text: String
    ) throws(StoreError) -> [(line: Int, command: Modelfile.Command)] {
        var parser = ModelfileParser(text)
        var statements: [(line: Int, command: Modelfile.Command)] = []
        while parser.skipToStatement() {
            statements.append((parser.line, try parser.command()))
        }
        for case .from in statements.map(\.command) { return statements }
        throw StoreError(.invalidModelfile(line: 0), "no FROM line")
    }

    private var current: Unicode.Scalar? {
        position < scalars.count ? scalars[position] : nil
    }

    private mutating func advance() {
        let isSecondOfPair =
            scalars[position] == "\n" && position > 0 && scalars[position - 1] == "\r"
        if Self.isNewline(scalars[position]), !isSecondOfPair { line += 1 }
        position += 1
    }

    /// Steps over white space, comments and what cannot be seen; false at the end.
    private mutating func skipToStatement() -> Bool {
        while let scalar = current {
            if scalar == "#" {
                while let scalar = current, !Self.isNewline(scalar) { advance() }
            } else if Self.isBlank(scalar) || Self.isNewline(scalar) || !Self.isVisible(scalar) {
                advance()
            } else {
                return true
            }
        }
        return false
    }

    private mutating func command() throws(StoreError) -> Modelfile.Command {
        let start = line
        let word = try word(ifEndedByOther: Self.unknownCommand(line: start), Self.isLetter)
        guard Self.words.contains(word.lowercased()) else {
            throw Self.unknownCommand(line: start)
        }
        switch word.lowercased() {
        case "parameter":
            let name = try argument { Self.isLetter($0) || Self.isDigit($0) || $0 == "_" }
            return .parameter(name: name, value: try value())
        case "message":
            let role = try argument(Self.isLetter)
            guard Self.roles.contains(role) else {
                throw Self.error(
                    line: start,
                    #"message role must be one of "system", "user", or "assistant""#
                )
            }
            return .message(role: role, content: try value())
        case "from":
            let source = try value()
            if source.isEmpty { throw Self.error(line: start, "FROM has no value") }
            return .from(source)
        case let word:
            return try Self.command(word, value())
        }
    }

    private static func command(_ word: String, _ value: String) -> Modelfile.Command {
        switch word {
        case "license": .license(value)
        case "template": .template(value)
        case "system": .system(value)
        case "adapter": .adapter(value)
        case "draft": .draft(value)
        case "renderer": .renderer(value)
        case "parser": .parser(value)
        default: .requires(value)
        }
    }

    /// The name of a parameter or a role, and the blank after it.
    private mutating func argument(
        _ belongs: (Unicode.Scalar) -> Bool
    ) throws(StoreError) -> String {
        while let scalar = current, Self.isBlank(scalar) { advance() }
        let start = (line, position)
        do {
            return try word(ifEndedByOther: nil, belongs)
        } catch  where position < scalars.count {
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars[start.1..<position])
            throw Self.error(line: start.0, "unexpected EOF: \(String(text))")
        }
    }

    /// Scalars that belong to a word, and the blank that must follow them.
    private mutating func word(
        ifEndedByOther error: StoreError?,
        _ belongs: (Unicode.Scalar) -> Bool
    ) throws(StoreError) -> String {
        var word = String.UnicodeScalarView()
        while let scalar = current, belongs(scalar) {
            word.append(scalar)
            advance()
        }
        guard let scalar = current else { throw unexpectedEnd() }
        guard Self.isBlank(scalar) else { throw error ?? unexpectedEnd() }
        advance()
        return String(word)
    }

    /// The value of a statement, and the end of its last line.
    private mutating func value() throws(StoreError) -> String {
        let start = line
        var value = ModelfileValue()
        while let scalar = current {
            advance()
            if Self.isNewline(scalar) {
                if let text = value.text { return text }
                value.append(scalar)
            } else if scalar == "\t" || Self.isKept(scalar) {
                value.append(scalar)
            }
        }
        guard let text = value.text else { throw Self.error(line: start, "unexpected EOF") }
        return text
    }

    private func unexpectedEnd() -> StoreError {
        Self.error(line: line, "unexpected EOF")
    }

    private static func unknownCommand(line: Int) -> StoreError {
        error(
            line: line,
            """
            command must be one of "from", "license", "template", "system", "adapter", "draft", \
            "renderer", "parser", "parameter", "message", or "requires"
            """
        )
    }

    private static func error(line: Int, _ message: String) -> StoreError {
        StoreError(.invalidModelfile(line: line), "(line \(line)): \(message)")
    }
}

extension ModelfileParser {
    private static func isNewline(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\n" || scalar == "\r"
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t"
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        ("0"..."9").contains(scalar)
    }

    /// Whether a scalar leaves a mark or is white space inside a line; others begin no statement.
    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    /// Whether a scalar is kept in a value.
    ///
    /// Control characters and stray byte order marks are not; joiners, which Ollama drops, are:
    /// emoji and several scripts are spelled with them.
    private static func isKept(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory != .control && scalar != "\u{FEFF}"
    }
}

/// The text of a value as it grows, with what is needed to see in O(1) whether it is complete.
private struct ModelfileValue {
    private var scalars: [Unicode.Scalar] = []
    /// Where the text begins and ends without white space around it.
    private var first = 0
    private var end = 0

    mutating func append(_ scalar: Unicode.Scalar) {
        scalars.append(scalar)
        if scalar.properties.isWhitespace { return }
        if end == 0 { first = scalars.count - 1 }
        end = scalars.count
    }

    /// The value without white space and quotes around it; nil while its closing quote is missing.
    var text: String? {
        let trimmed = scalars[first..<max(first, end)]
        for quote in [3, 1] where isQuoted(trimmed.prefix(quote), by: quote) {
            guard trimmed.count >= 2 * quote, isQuoted(trimmed.suffix(quote), by: quote) else {
                return nil
            }
            return Self.string(trimmed.dropFirst(quote).dropLast(quote))
        }
        return Self.string(trimmed)
    }

    private func isQuoted(_ edge: ArraySlice<Unicode.Scalar>, by count: Int) -> Bool {
        edge.count == count && edge.allSatisfy { $0 == "\"" }
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}
