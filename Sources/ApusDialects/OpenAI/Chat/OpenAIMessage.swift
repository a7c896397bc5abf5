internal import ApusConversation

/// Reads the `messages` of a chat request.
///
/// `developer` is another word for `system`; `function` and its `function_call` are the older
/// spelling of `tool` and its `tool_calls`.
struct OpenAIMessageReader {
    /// The turns read so far.
    private(set) var messages: [Message] = []

    private static let roles = ["system", "developer", "user", "assistant", "tool", "function"]

    /// Reads the turn at `path`.
    ///
    /// Throws: `OpenAIError` that names the field.
    mutating func read(_ value: JSONValue, at path: String) throws(OpenAIError) {
        let fields = try OpenAIFields(value, at: path)
        let role = try fields.require("role", fields.string("role", of: Self.roles))
        _ = try fields.string("name")
        switch role {
        case "assistant": messages.append(try assistant(fields))
        case "tool": messages.append(try toolResult(fields))
        case "function": messages.append(try functionResult(fields))
        default:
            messages.append(
                Message(
                    role: role == "developer" ? "system" : role,
                    content: try fields.require("content", OpenAIContent.text(fields, "content"))
                )
            )
        }
    }

    private func assistant(_ fields: OpenAIFields) throws(OpenAIError) -> Message {
        try fields.refuse("audio", "audio of an earlier answer")
        var message = Message(role: "assistant")
        for (position, call) in (try fields.array("tool_calls") ?? []).enumerated() {
            let path = "\(fields.path("tool_calls"))[\(position)]"
            message.toolCalls.append(try toolCall(OpenAIFields(call, at: path)))
        }
        if let call = try fields.fields("function_call") {
            // Older calls have no identifier; the position of the turn makes one.
            message.toolCalls.append(
                try Self.function(call, id: "call_\(messages.count)")
            )
        }
        let refusal = try fields.string("refusal")
        let content = try OpenAIContent.text(fields, "content") ?? refusal
        if content == nil, message.toolCalls.isEmpty { throw .missing(fields.path("content")) }
        message.content = content ?? ""
        let reasoning = try fields.string("reasoning")
        message.thinking = try fields.string("reasoning_content") ?? reasoning
        return message
    }

    private func toolCall(_ fields: OpenAIFields) throws(OpenAIError) -> ToolCall {
        if let type = try fields.string("type"), type != "function" {
            throw .unsupported(fields.path("type"), "a call of type '\(type.prefix(64))'")
        }
        let id = try fields.require("id", fields.string("id"))
        let function = try fields.require("function", fields.fields("function"))
        return try Self.function(function, id: id)
    }

    private static func function(
        _ fields: OpenAIFields,
        id: String
    ) throws(OpenAIError) -> ToolCall {
        ToolCall(
            id: id,
            name: try fields.require("name", fields.string("name")),
            arguments: try OpenAIArguments.read(fields)
        )
    }

    private func toolResult(_ fields: OpenAIFields) throws(OpenAIError) -> Message {
        let id = try fields.require("tool_call_id", fields.string("tool_call_id"))
        return Message(
            role: "tool",
            content: try fields.require("content", OpenAIContent.text(fields, "content")),
            toolName: try fields.string("name") ?? call { $0.id == id }?.name,
            toolCallID: id
        )
    }

    private func functionResult(_ fields: OpenAIFields) throws(OpenAIError) -> Message {
        let name = try fields.require("name", fields.string("name"))
        return Message(
            role: "tool",
            content: try OpenAIContent.text(fields, "content") ?? "",
            toolName: name,
            toolCallID: call { $0.name == name }?.id
        )
    }

    /// The last call that `matches`.
    private func call(where matches: (ToolCall) -> Bool) -> ToolCall? {
        for message in messages.reversed() {
            if let call = message.toolCalls.last(where: matches) { return call }
        }
        return nil
    }
}

/// Reads `content`: a string, or a list of parts whose texts are joined line by line.
enum OpenAIContent {
    /// The text of a member; nil when it is absent.
    ///
    /// Throws: `OpenAIError` that names the part which is no text.
    static func text(
        _ fields: OpenAIFields,
        _ name: String
    ) throws(OpenAIError) -> String? {
        guard let value = fields[name] else { return nil }
        switch value {
        case .string(let text): return text
        case .array(let parts):
            var texts: [String] = []
            for (position, part) in parts.enumerated() {
                texts.append(try text(of: part, at: "\(fields.path(name))[\(position)]"))
            }
            return texts.joined(separator: "\n")
        default:
            throw .type(fields.path(name), expected: "a string or an array", found: value)
        }
    }

    private static func text(
        of part: JSONValue,
        at path: String
    ) throws(OpenAIError) -> String {
        if case .string(let text) = part { return text }
        let fields = try OpenAIFields(part, at: path)
        let type = try fields.require("type", fields.string("type"))
        switch type {
        case "text", "input_text", "output_text", "reasoning_text", "summary_text":
            return try fields.require("text", fields.string("text"))
        case "refusal":
            return try fields.require("refusal", fields.string("refusal"))
        case "image_url", "input_image", "input_audio", "file", "input_file":
            throw .value(
                fields.path("type"),
                "Invalid content type: '\(type)' is not supported by this model.",
                code: "unsupported_value"
            )
        default:
            throw .choice(fields.path("type"), type, of: ["text", "refusal"])
        }
    }
}

/// Reads `arguments`: JSON text of an object.
enum OpenAIArguments {
    /// The arguments of a call; the empty text means none.
    ///
    /// Throws: `OpenAIError` when they are no object.
    static func read(_ fields: OpenAIFields) throws(OpenAIError) -> JSONValue {
        guard let value = fields["arguments"] else { return .object([:]) }
        if case .object = value { return value }
        guard case .string(let text) = value else {
            throw .type(fields.path("arguments"), expected: "a string", found: value)
        }
        if text.utf8.allSatisfy({ $0 == 0x20 || (0x09...0x0D).contains($0) }) {
            return .object([:])
        }
        guard let parsed = try? JSONValue(json: text), case .object = parsed else {
            throw .value(
                fields.path("arguments"),
                "Invalid '\(fields.path("arguments"))': expected the JSON text of an object."
            )
        }
        return parsed
    }
}
