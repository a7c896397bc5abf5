internal import ApusConversation

/// What a template writes for an assistant turn with one call: the surest sign of how its model
/// writes calls.
struct ToolCallProbe {
    /// The text of a conversation, or nil when the template refuses it.
    typealias Render = (Conversation) -> String?

    private static let tool = Tool(
        name: "probe_function",
        description: "Probes.",
        parameters: [
            "type": "object",
            "properties": ["probe_key": ["type": "string", "description": "A key."]],
            "required": ["probe_key"],
        ]
    )
    private static let call = ToolCall(
        // Templates of Mistral insist on nine letters and digits.
        id: "probeCall",
        name: "probe_function",
        arguments: ["probe_key": "probe_value"]
    )
    private static let answer = "Xprobe_answerX"

    /// What the model would have written, and the end of its turn.
    let turn: String

    /// A probe; nil when the template does not write the call at all.
    init?(render: Render) {
        func conversation(_ last: Message) -> Conversation {
            Conversation(
                messages: [Message(role: "user", content: "probe_question"), last],
                tools: [Self.tool]
            )
        }
        let called = conversation(Message(role: "assistant", toolCalls: [Self.call]))
        let answered = conversation(Message(role: "assistant", content: Self.answer))
        guard let call = render(called), let answer = render(answered),
            let offset = TextSearch.last(Self.answer, in: answer)
        else { return nil }
        let common = zip(call.utf8, answer.utf8.prefix(offset)).prefix { $0 == $1 }.count
        turn = String(decoding: call.utf8.dropFirst(common), as: UTF8.self)
        guard let name = turn.cut(at: Self.call.name), name.after.cut(at: "probe_key") != nil,
            name.after.cut(at: "probe_value") != nil
        else { return nil }
    }

    /// Whether a format reads this call from the turn, and nothing else that is a call.
    func isRead(_ format: ToolCallFormat) -> Bool {
        var scanner = format.syntax.scanner(for: [Self.tool])
        var names: [String] = []
        var calls: [JSONValue] = []
        for part in scanner.feed(Array(turn.utf8)) + scanner.finish() {
            switch part {
            case .callStart(let name): names.append(name)
            case .callEnd(let arguments): calls.append(arguments)
            case .brokenCall: return false
            case .text, .thinking, .callArguments: break
            }
        }
        return names == [Self.call.name] && calls == [Self.call.arguments]
    }

    /// A format made from the texts around the name and the arguments; nil when it would not read
    /// the call.
    var inferredFormat: ToolCallFormat? {
        guard let (before, rest) = turn.cut(at: Self.call.name),
            let (between, inside) = rest.cut(at: "{"),
            let (_, after) = inside.cut(at: "}")
        else { return nil }
        let close = Self.firstWord(after)
        let format = object(before, between, close) ?? header(before, between, close)
        return format.flatMap { isRead($0) ? $0 : nil }
    }

    // MARK: Inference

    /// Calls as `{"NAME": "f", "ARGUMENTS": {…}}`, in an array or alone, behind a text or not.
    private func object(_ before: String, _ between: String, _ close: String) -> ToolCallFormat? {
        guard let nameKey = Self.lastKey(before + "\""),
            let argumentsKey = Self.lastKey(between + "\""),
            let bracket = before.firstIndex(of: "{")
        else { return nil }
        let keys = CallKeys(
            name: nameKey == "name" ? ["name"] : [nameKey, "name"],
            arguments: [argumentsKey]
                + ["arguments", "parameters"].filter { $0 != argumentsKey }
        )
        var open = before[..<bracket].stripped
        let isArray = open.hasSuffix("[")
        if isArray { open = open.dropLast().stripped }
        return .generic(open: Self.lastLine(open), close: close, keys: keys, isArray: isArray)
    }

    /// Calls as a text, the name, another text and the arguments.
    private func header(_ before: String, _ between: String, _ close: String) -> ToolCallFormat? {
        let open = Self.lastLine(before.stripped)
        guard open.utf8.count > 1 else { return nil }
        return .generic(open: open, separator: between, close: close)
    }

    /// The key at the very end of a text like `{"a": 1, "key": "`.
    private static func lastKey(_ text: String) -> String? {
        let parts = TextSearch.split(text, "\"")
        guard let last = parts.indices.last, last >= 2 else { return nil }
        // Behind the key stands a colon; what else follows is a quote or nothing.
        for place in [last - 1, last - 2] where place >= 2 && parts[place].stripped == ":" {
            return parts[place - 1]
        }
        return nil
    }

    /// The last line, without reasoning that stands before it.
    private static func lastLine(_ text: String) -> String {
        var line = text.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
        for tags in ThinkingTags.known {
            if let offset = TextSearch.last(tags.close, in: line) {
                line = String(
                    decoding: line.utf8.dropFirst(offset + tags.close.utf8.count),
                    as: UTF8.self
                )
            }
        }
        return line.stripped
    }

    /// The first word, or mark in angle brackets, behind the ends of JSON.
    private static func firstWord(_ text: String) -> String {
        let rest = text.drop { "}])".contains($0) || $0.isWhitespace }
        let word = rest.prefix { !$0.isWhitespace && $0 != "{" && $0 != "\"" }
        // The mark at the end of a turn may follow at once.
        guard word.hasPrefix("<"), let end = word.firstIndex(of: ">") else { return String(word) }
        return String(word[...end])
    }
}

extension StringProtocol {
    /// The text without white space around it.
    var stripped: String {
        let start = drop { $0.isWhitespace }
        return String(start.prefix(start.count - start.reversed().prefix { $0.isWhitespace }.count))
    }
}
