internal import ApusConversation

/// What templates of Ollama see of a conversation.
///
/// Types and fields follow `api.Message`, `api.Tool` and `api.ToolCall` of Ollama. Keywords of a
/// tool's JSON Schema that these lack are kept, and show in JSON behind the others.
struct OllamaData {
    /// Texts of all system messages, an empty line between them.
    let system: String
    /// The turns, neighbours of one role joined.
    let messages: [Message]
    private let tools: [Tool]
    private let thinking: Thinking?

    init(_ conversation: Conversation) {
        system = conversation.messages.filter { $0.role == "system" }.map(\.content)
            .joined(separator: "\n\n")
        messages = Self.collated(conversation.messages)
        tools = conversation.tools
        thinking = conversation.thinking
    }

    /// Joins neighbours of one role with an empty line; answers of tools stay apart.
    ///
    /// Ollama drops the calls and the reasoning of all but the first; here they are joined, too.
    private static func collated(_ messages: [Message]) -> [Message] {
        var result: [Message] = []
        for message in messages {
            guard message.role != "tool", var last = result.last, last.role == message.role else {
                result.append(message)
                continue
            }
            if !message.content.isEmpty { last.content += "\n\n" + message.content }
            if let thinking = message.thinking, !thinking.isEmpty {
                last.thinking = last.thinking.map { $0 + "\n\n" + thinking } ?? thinking
            }
            last.toolCalls += message.toolCalls
            result[result.count - 1] = last
        }
        return result
    }

    // MARK: Data of an execution

    /// What a template that goes through `.Messages` gets.
    func whole(_ messages: [Message]) -> GoValue {
        Self.data(
            [
                ("System", .text(system)),
                ("Messages", Self.list(messages.map(Self.record), "Message")),
                ("Tools", Self.list(tools.map(Self.record), "Tool", printsJSON: true)),
                ("Response", .text("")),
            ] + thinkingEntries
        )
    }

    /// What a template gets that writes one exchange at a time.
    func exchange(system: String, prompt: String, response: String) -> GoValue {
        Self.data(
            [
                ("System", .text(system)), ("Prompt", .text(prompt)), ("Response", .text(response)),
            ] + thinkingEntries
        )
    }

    /// What a template gets that fills in between two texts.
    static func infill(prompt: String, suffix: String) -> GoValue {
        data([
            ("Prompt", .text(prompt)), ("Suffix", .text(suffix)), ("Response", .text("")),
            ("Think", .bool(false)), ("ThinkLevel", .text("")), ("IsThinkSet", .bool(false)),
        ])
    }

    private var thinkingEntries: [(String, GoValue)] {
        let level =
            switch thinking {
            case nil, .off: ""
            case .on: "medium"
            case .effort(let effort): effort
            }
        return [
            ("Think", .bool(thinking?.isOn ?? false)), ("ThinkLevel", .text(level)),
            ("IsThinkSet", .bool(thinking != nil)),
        ]
    }

    private static func data(_ entries: [(String, GoValue)]) -> GoValue {
        .map(GoMap(entries.map { GoMap.Entry(key: $0.0, value: $0.1) }))
    }

    static func list(
        _ elements: [GoValue],
        _ typeName: String,
        printsJSON: Bool = false
    ) -> GoValue {
        .list(
            GoList(
                elements: elements[...],
                typeName: "[]" + typeName,
                printsJSON: printsJSON,
                isNilWhenEmpty: true
            )
        )
    }

    // MARK: Messages

    private static func record(_ message: Message) -> GoValue {
        let calls = message.toolCalls.enumerated().map { record($0.element, index: $0.offset) }
        return .record(
            GoRecord(
                typeName: "Message",
                fields: [
                    .init(name: "Role", key: "role", value: .text(message.role)),
                    .init(name: "Content", key: "content", value: .text(message.content)),
                    optional("Thinking", "thinking", .text(message.thinking ?? "")),
                    optional("Images", "images", list([], "ImageData")),
                    optional("ToolCalls", "tool_calls", list(calls, "ToolCall")),
                    optional("ToolName", "tool_name", .text(message.toolName ?? "")),
                    optional("ToolCallID", "tool_call_id", .text(message.toolCallID ?? "")),
                ]
            )
        )
    }

    private static func record(_ call: ToolCall, index: Int) -> GoValue {
        var entries: [GoMap.Entry] = []
        if case .object(let object) = call.arguments { entries = GoValue.entries(object) }
        let arguments = GoMap(entries, typeName: "ToolCallFunctionArguments", printsJSON: true)
        let function = GoRecord(
            typeName: "ToolCallFunction",
            fields: [
                .init(name: "Index", key: "index", value: .integer(index)),
                .init(name: "Name", key: "name", value: .text(call.name)),
                .init(name: "Arguments", key: "arguments", value: .map(arguments)),
            ]
        )
        return .record(
            GoRecord(
                typeName: "ToolCall",
                fields: [
                    optional("ID", "id", .text(call.id)),
                    .init(name: "Function", key: "function", value: .record(function)),
                ]
            )
        )
    }

    static func optional(_ name: String, _ key: String, _ value: GoValue) -> GoRecord.Field {
        GoRecord.Field(name: name, key: key, value: value, omitsEmpty: true)
    }
}
