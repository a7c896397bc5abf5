internal import ApusConversation

/// Variables of a template in Go's language, from JSON.
///
/// Names may be written as Ollama's API does (`tool_calls`), as its templates do (`ToolCalls`), or
/// as transformers does (`reasoning_content`, `enable_thinking`). What the templates see is made
/// from a conversation, as in Ollama, so anything else is left out.
struct TemplateVariables {
    let conversation: Conversation
    /// The text before the place that is to be filled in, where there is a suffix.
    let prompt: String
    /// The text behind it; nil when nothing is to be filled in.
    let suffix: String?

    init(_ variables: JSONObject) {
        let fields = Fields(variables)
        prompt = fields.text("prompt")
        let suffix = fields.text("suffix")
        self.suffix = suffix.isEmpty ? nil : suffix
        var messages: [Message] = []
        let system = fields.text("system")
        if !system.isEmpty { messages.append(Message(role: "system", content: system)) }
        messages += fields.list("messages").map { Self.message(Fields($0)) }
        if !prompt.isEmpty { messages.append(Message(role: "user", content: prompt)) }
        let response = fields.text("response")
        if !response.isEmpty { messages.append(Message(role: "assistant", content: response)) }
        conversation = Conversation(
            messages: messages,
            tools: fields.list("tools").map { Self.tool(Fields($0)) },
            thinking: Self.thinking(fields)
        )
    }

    /// An object whose members are found however their names are written.
    private struct Fields {
        private var members: [String: JSONValue] = [:]

        init(_ object: JSONObject) {
            for (name, value) in object where !value.isNull {
                members[String(name.lowercased().filter { $0 != "_" })] = value
            }
        }

        init(_ value: JSONValue?) { self.init(value?.objectValue ?? JSONObject()) }

        /// The member of the first of these names that there is.
        subscript(names: String...) -> JSONValue? {
            for name in names {
                if let value = members[name] { return value }
            }
            return nil
        }

        func list(_ name: String) -> [JSONValue] { members[name]?.arrayValue ?? [] }

        /// A text, or the texts of a list of parts.
        func text(_ name: String) -> String {
            guard let parts = members[name]?.arrayValue else {
                return members[name]?.stringValue ?? ""
            }
            return parts.compactMap { $0.stringValue ?? $0["text"]?.stringValue }.joined()
        }
    }

    private static func message(_ fields: Fields) -> Message {
        Message(
            role: fields.text("role"),
            content: fields.text("content"),
            thinking: fields["thinking", "reasoningcontent", "reasoning"]?.stringValue,
            toolCalls: fields.list("toolcalls").map { call in
                let call = Fields(call)
                let function = Fields(call["function"])
                return ToolCall(
                    id: call.text("id"),
                    name: function.text("name"),
                    arguments: arguments(function["arguments"])
                )
            },
            toolName: fields["toolname", "name"]?.stringValue,
            toolCallID: fields["toolcallid"]?.stringValue
        )
    }

    /// Arguments, which some write as JSON in a text.
    private static func arguments(_ value: JSONValue?) -> JSONValue {
        guard case .string(let text)? = value else { return value ?? .object(JSONObject()) }
        return (try? JSONParser.parse(text)) ?? .string(text)
    }

    private static func tool(_ fields: Fields) -> Tool {
        let function = fields["function"].map { Fields($0) } ?? fields
        let type = fields.text("type")
        return Tool(
            type: type.isEmpty ? "function" : type,
            name: function.text("name"),
            description: function["description"]?.stringValue,
            parameters: function["parameters"] ?? .object(JSONObject())
        )
    }

    private static func thinking(_ fields: Fields) -> Thinking? {
        if fields["isthinkset"]?.boolValue == false { return nil }
        let level = fields.text("thinklevel")
        if !level.isEmpty { return .effort(level) }
        switch fields["think", "enablethinking", "thinking"] {
        case .bool(let isOn): return isOn ? .on : .off
        case .string(let effort): return .effort(effort)
        default: return nil
        }
    }
}
