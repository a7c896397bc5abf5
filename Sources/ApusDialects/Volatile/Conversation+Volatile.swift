package import ApusConversation

extension Conversation {
    /// The conversation with volatile lines of its leading system messages moved out of the way.
    ///
    /// Only rules with the target `nowhere` lose text. A line that goes to a turn is wrapped in
    /// `<system-reminder>` tags, so that nobody takes it for words of the user or of a tool. Text
    /// without such lines stays as it is, byte for byte.
    package func movingVolatileText(_ rules: [VolatileRule]) -> Conversation {
        let leading = messages.prefix { $0.role == "system" }
        guard !rules.isEmpty, !leading.isEmpty else { return self }
        var moved: [VolatileRule.Target: [String]] = [:]
        var result = self
        for index in leading.indices {
            result.messages[index].content = Self.kept(leading[index].content, rules, &moved)
        }
        guard !moved.isEmpty else { return self }
        let system = leading.endIndex - 1
        if let lines = moved[.endOfSystem] {
            result.append(lines.joined(separator: "\n"), to: system)
        }
        if let lines = moved[.lastTurn] {
            let text = lines.joined(separator: "\n")
            if let last = messages.lastIndex(where: {
                $0.role != "assistant" && $0.role != "system"
            }) {
                result.append("<system-reminder>\n\(text)\n</system-reminder>", to: last)
            } else {
                result.append(text, to: system)
            }
        }
        // A message of which nothing is left goes, unless it was empty before.
        for index in leading.indices.reversed()
        where result.messages[index].content.isBlank && !leading[index].content.isBlank {
            result.messages.remove(at: index)
        }
        return result
    }

    /// The text without the lines that a rule matches, which are added to `moved`.
    private static func kept(
        _ text: String,
        _ rules: [VolatileRule],
        _ moved: inout [VolatileRule.Target: [String]]
    ) -> String {
        var kept: [Substring] = []
        var hasMoved = false
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (position, line) in lines.enumerated() {
            guard let rule = rules.first(where: { $0.matches(line, at: position) }) else {
                kept.append(Substring(line))
                continue
            }
            hasMoved = true
            let end = line.last == 0x0D ? line.dropLast() : line
            moved[rule.to, default: []].append(String(Substring(end)))
        }
        return hasMoved ? kept.joined(separator: "\n") : text
    }

    private mutating func append(_ text: String, to position: Int) {
        let separator = messages[position].content.isEmpty ? "" : "\n\n"
        messages[position].content += separator + text
    }
}

extension String {
    fileprivate var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
