package import ApusConversation

/// Text that agents change on every turn, and where it goes so that a prompt's cached prefix
/// stays the same.
///
/// The rules are data: `standard`, a JSON text. A rule looks at lines of the system message that
/// begin with `begins`; with `needs` set to `clock` only at those that also hold a time of day
/// such as `14:58`, because a mere date lasts for a day.
package struct VolatileRule: Sendable, Equatable, Codable {
    /// Where the text goes.
    package enum Target: String, Sendable, Codable {
        /// Away: it says nothing to a model.
        case nowhere
        /// To the end of the system message.
        case endOfSystem
        /// To the end of the last turn that is not the assistant's.
        case lastTurn
    }

    /// What else a line must hold.
    package enum Need: String, Sendable, Codable {
        case clock
    }

    /// What the rule recognises, in a word.
    package var name: String
    /// How the line begins, upper and lower case alike.
    package var begins: String
    /// What else the line must hold.
    package var needs: Need?
    /// Only the first so many lines are looked at; nil for all.
    package var within: Int?
    /// Where the line goes.
    package var to: Target

    /// The rules in force.
    ///
    /// Sources: the billing header is the first system block of Claude Code since 2.1.29, with
    /// a value that changes with every request (anthropics/claude-code issue 68900,
    /// ggml-org/llama.cpp pull request 21793). Times of day are what chat front ends and agents put
    /// into system messages (open-webui issue 28527).
    package static let data = """
        [
          {"name": "billing header", "begins": "x-anthropic-billing-header:", "within": 16,
           "to": "nowhere"},
          {"name": "time", "begins": "Current time:", "needs": "clock", "to": "lastTurn"},
          {"name": "time", "begins": "The current time is", "needs": "clock", "to": "lastTurn"},
          {"name": "time", "begins": "Current date:", "needs": "clock", "to": "lastTurn"},
          {"name": "time", "begins": "Current date and time", "needs": "clock", "to": "lastTurn"},
          {"name": "time", "begins": "The current date and time is", "needs": "clock",
           "to": "lastTurn"},
          {"name": "time", "begins": "Current datetime:", "needs": "clock", "to": "lastTurn"},
          {"name": "time", "begins": "Today's date:", "needs": "clock", "to": "lastTurn"},
          {"name": "time", "begins": "Today is", "needs": "clock", "to": "lastTurn"}
        ]
        """

    /// The rules of `data`.
    package static let standard: [VolatileRule] = {
        guard let json = try? JSONValue(json: data) else { return [] }
        return (try? JSONValueDecoder().decode([VolatileRule].self, from: json)) ?? []
    }()

    /// A longer line says more than the time and stays.
    private static let longestTime = 160

    /// Whether a line is of this rule, given its position in the text.
    func matches(_ line: Substring, at position: Int) -> Bool {
        if let within, position >= within { return false }
        let start = line.drop { $0 == " " || $0 == "\t" || $0 == "-" || $0 == "*" }
        guard start.prefix(begins.count).lowercased() == begins.lowercased() else { return false }
        guard needs == .clock else { return true }
        return line.utf8.count <= Self.longestTime && Self.hasClock(line)
    }

    /// Whether two digits, a colon and two digits stand somewhere in a line.
    private static func hasClock(_ line: Substring) -> Bool {
        let bytes = Array(line.utf8)
        guard bytes.count >= 5 else { return false }
        let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        return (0...(bytes.count - 5)).contains { start in
            isDigit(bytes[start]) && isDigit(bytes[start + 1])
                && bytes[start + 2] == UInt8(ascii: ":") && isDigit(bytes[start + 3])
                && isDigit(bytes[start + 4])
        }
    }
}

extension Conversation {
    /// The conversation with volatile lines of its system message moved out of the way.
    ///
    /// Text without such lines stays as it is, byte for byte.
    package func movingVolatileText(
        _ rules: [VolatileRule] = VolatileRule.standard
    ) -> Conversation {
        guard let system = messages.first, system.role == "system" else { return self }
        var kept: [Substring] = []
        var moved: [VolatileRule.Target: [String]] = [:]
        let lines = system.content.split(omittingEmptySubsequences: false) {
            $0 == "\n" || $0 == "\r\n"
        }
        for (position, line) in lines.enumerated() {
            if let rule = rules.first(where: { $0.matches(line, at: position) }) {
                moved[rule.to, default: []].append(String(line))
            } else {
                kept.append(line)
            }
        }
        guard !moved.isEmpty else { return self }
        var result = self
        result.messages[0].content = kept.joined(separator: "\n")
        if let lines = moved[.endOfSystem] { result.append(lines, to: 0) }
        if let lines = moved[.lastTurn] {
            let last = messages.lastIndex { $0.role != "assistant" && $0.role != "system" }
            result.append(lines, to: last ?? 0)
        }
        if result.messages[0].content.allSatisfy(\.isWhitespace) { result.messages.removeFirst() }
        return result
    }

    private mutating func append(_ lines: [String], to position: Int) {
        let separator = messages[position].content.isEmpty ? "" : "\n\n"
        messages[position].content += separator + lines.joined(separator: "\n")
    }
}
