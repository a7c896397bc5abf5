internal import ApusConversation

/// One element of `messages`.
package struct AnthropicTurn: Sendable, Equatable {
    /// Who speaks: `user`, `assistant` or `system`.
    package var role: String
    /// What is said.
    package var blocks: [AnthropicBlock]
    /// Where it stands in the request, for errors: `messages.3`.
    package var path: String

    /// Reads one element.
    init(_ fields: AnthropicFields, ignored: inout AnthropicIgnored) throws(DialectError) {
        path = fields.path
        ignored.note(fields, except: ["role", "content"])
        let roles = ["user", "assistant", "system"]
        guard let role = try fields.optionalWord("role", of: roles) else {
            throw fields.refusal("role", "Field required")
        }
        self.role = role
        blocks = try AnthropicBlock.list("content", of: fields, ignored: &ignored)
        if role == "user", blocks.isEmpty || blocks == [.text("")] {
            throw fields.refusal("user messages must have non-empty content")
        }
        for block in blocks { try Self.check(block, in: role, fields) }
    }

    /// Refuses blocks that cannot stand in a turn of `role`.
    private static func check(
        _ block: AnthropicBlock,
        in role: String,
        _ fields: AnthropicFields
    ) throws(DialectError) {
        let (name, home) =
            switch block {
            case .text: ("text", role)
            case .thinking: ("thinking", "assistant")
            case .redactedThinking: ("redacted_thinking", "assistant")
            case .toolUse: ("tool_use", "assistant")
            case .toolResult: ("tool_result", "user")
            }
        guard role != home else { return }
        throw fields.refusal("`\(name)` blocks can only be in `\(home)` messages")
    }
}

/// Turns of Anthropic's wire into turns of a conversation.
///
/// - Text blocks of one turn stand on lines of their own; an assistant's are put together as they
///   are, because that is how it wrote them.
/// - A tool's answer is a turn of its own. One with `is_error` begins with `Error: ` unless its
///   text says so already.
/// - A `system` turn after the first user turn stays where it is, as text of the user in
///   `<system-reminder>` tags: many templates refuse a system turn there, and in front it would
///   change the cached prefix with every turn.
/// - A reminder in such tags after a tool's answer, which agents add to every answer, belongs to the
///   answer: as a turn of the user it would count as a new question, and templates drop the
///   reasoning before the last question.
/// - Turns of the same speaker in a row become one, as in Anthropic's API.
struct AnthropicTurns {
    private static let reminderTag = "<system-reminder>"

    private(set) var messages: [Message] = []
    private var toolNames: [String: String] = [:]
    /// Calls of the latest turn of the assistant that no tool has answered, and where it stands.
    private var unanswered: (calls: [String], path: String) = ([], "")
    private let seal: AnthropicSeal

    /// No turns yet.
    init(seal: AnthropicSeal) { self.seal = seal }

    /// Adds one turn.
    ///
    /// Throws: `invalidValue` for a signature that does not verify, for an answer to a call that
    /// was never made, and for a turn of the assistant after a call without answer.
    mutating func append(_ turn: AnthropicTurn) throws(DialectError) {
        switch turn.role {
        case "assistant":
            if messages.last?.role != "assistant" { try checkAnswers() }
            try appendAssistant(turn)
        case "system": appendSystem(turn)
        default: try appendUser(turn)
        }
    }

    /// Refuses a conversation in which calls have no answers.
    ///
    /// Throws: `invalidValue`.
    func checkAnswers() throws(DialectError) {
        guard !unanswered.calls.isEmpty else { return }
        let calls = unanswered.calls.map { AnthropicToolID.wire($0) }.joined(separator: ", ")
        throw DialectError(
            .invalidValue,
            "\(unanswered.path): `tool_use` ids were found without `tool_result` blocks "
                + "immediately after: \(calls). Each `tool_use` block must have a corresponding "
                + "`tool_result` block in the next message."
        )
    }

    /// The text of blocks, one below the other.
    static func text(_ blocks: [AnthropicBlock]) -> String {
        let texts = blocks.compactMap { block -> String? in
            guard case .text(let text) = block, !text.isEmpty else { return nil }
            return text
        }
        return texts.joined(separator: "\n")
    }

    private mutating func appendSystem(_ turn: AnthropicTurn) {
        let text = Self.text(turn.blocks)
        guard !text.isEmpty else { return }
        if messages.allSatisfy({ $0.role == "system" }) {
            add(Message(role: "system", content: text))
        } else {
            addUserText("\(Self.reminderTag)\n\(text)\n</system-reminder>")
        }
    }

    private mutating func appendUser(_ turn: AnthropicTurn) throws(DialectError) {
        for (position, block) in turn.blocks.enumerated() {
            switch block {
            case .toolResult(let id, let text, let isError):
                guard let name = toolNames[id] else {
                    throw DialectError(
                        .invalidValue,
                        "\(turn.path).content.\(position): unexpected `tool_use_id` found in "
                            + "`tool_result` blocks: \(AnthropicToolID.wire(id)). Each "
                            + "`tool_result` block must have a corresponding `tool_use` block in "
                            + "the previous message."
                    )
                }
                let content = isError ? Self.error(text) : text
                let answer = Message(
                    role: "tool",
                    content: content,
                    toolName: name,
                    toolCallID: id
                )
                messages.append(answer)
                unanswered.calls.removeAll { $0 == id }
            case .text(let text) where !text.isEmpty: addUserText(text)
            default: break
            }
        }
    }

    private mutating func appendAssistant(_ turn: AnthropicTurn) throws(DialectError) {
        var message = Message(role: "assistant")
        var thoughts: [String] = []
        for (position, block) in turn.blocks.enumerated() {
            switch block {
            case .text(let text): message.content += text
            case .thinking(let text, let signature):
                let place = "\(turn.path).content.\(position)"
                thoughts.append(try thinking(text, signature, at: place))
            case .redactedThinking(let data): thoughts.append(seal.reveal(data) ?? "")
            case .toolUse(let call):
                message.toolCalls.append(call)
                toolNames[call.id] = call.name
                unanswered.calls.append(call.id)
                unanswered.path = turn.path
            case .toolResult: break
            }
        }
        let thinking = thoughts.filter { !$0.isEmpty }.joined(separator: "\n")
        if !thinking.isEmpty { message.thinking = thinking }
        add(message)
    }

    private func thinking(
        _ text: String,
        _ signature: String,
        at place: String
    ) throws(DialectError) -> String {
        if text.isEmpty, let hidden = seal.reveal(signature) { return hidden }
        guard seal.verify(text, signature) else {
            throw DialectError(.invalidValue, "\(place): Invalid `signature` in `thinking` block")
        }
        return text
    }

    /// Appends text of the user; a reminder right after a tool's answer becomes part of that.
    private mutating func addUserText(_ text: String) {
        guard messages.last?.role == "tool", text.hasPrefix(Self.reminderTag) else {
            add(Message(role: "user", content: text))
            return
        }
        messages[messages.count - 1].content += "\n\n" + text
    }

    /// Appends a turn, or its parts to the last one when the speaker is the same.
    private mutating func add(_ message: Message) {
        guard let last = messages.last, last.role == message.role else {
            messages.append(message)
            return
        }
        // An assistant that has called tools is followed by a new turn of it, never continued.
        if message.role == "assistant", !last.toolCalls.isEmpty {
            messages.append(message)
            return
        }
        let separator = message.role == "assistant" || last.content.isEmpty ? "" : "\n"
        messages[messages.count - 1].content += separator + message.content
        messages[messages.count - 1].toolCalls += message.toolCalls
        if let thinking = message.thinking {
            let earlier = last.thinking.map { $0 + "\n" } ?? ""
            messages[messages.count - 1].thinking = earlier + thinking
        }
    }

    private static func error(_ text: String) -> String {
        let start = text.prefix(16).lowercased()
        if start.hasPrefix("error") || start.hasPrefix("<tool_use_error") { return text }
        return text.isEmpty ? "Error" : "Error: \(text)"
    }
}
