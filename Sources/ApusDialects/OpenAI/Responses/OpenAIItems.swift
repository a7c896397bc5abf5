package import ApusConversation

/// Reads the items of a response's input as turns of a conversation.
///
/// What a model wrote in one turn comes as several items in a row: reasoning, text and calls are
/// put together again.
struct OpenAIItemReader {
    /// The turns read so far.
    private(set) var messages: [Message] = []
    /// Reasoning whose answer has not come yet.
    private var thinking: String?

    private static let types = [
        "message", "function_call", "function_call_output", "reasoning",
    ]
    private static let roles = ["user", "assistant", "system", "developer"]

    /// Reads the item at `path`.
    ///
    /// Throws: `OpenAIError` that names the field.
    mutating func read(_ value: JSONValue, at path: String) throws(OpenAIError) {
        let fields = try OpenAIFields(value, at: path)
        switch try fields.string("type") ?? "message" {
        case "message": try message(fields)
        case "function_call": try call(fields)
        case "function_call_output": try result(fields)
        case "reasoning": try reasoning(fields)
        case let type: throw .choice(fields.path("type"), type, of: Self.types)
        }
    }

    private mutating func message(_ fields: OpenAIFields) throws(OpenAIError) {
        let role = try fields.require("role", fields.string("role", of: Self.roles))
        let text = try fields.require("content", OpenAIContent.text(fields, "content"))
        var message = Message(role: role == "developer" ? "system" : role, content: text)
        if role == "assistant" { message.thinking = thinking }
        thinking = nil
        messages.append(message)
    }

    private mutating func call(_ fields: OpenAIFields) throws(OpenAIError) {
        let call = ToolCall(
            id: try fields.require("call_id", fields.string("call_id")),
            name: try fields.require("name", fields.string("name")),
            arguments: try OpenAIArguments.read(fields)
        )
        if thinking == nil, messages.last?.role == "assistant" {
            messages[messages.count - 1].toolCalls.append(call)
        } else {
            messages.append(Message(role: "assistant", thinking: thinking, toolCalls: [call]))
            thinking = nil
        }
    }

    private mutating func result(_ fields: OpenAIFields) throws(OpenAIError) {
        let id = try fields.require("call_id", fields.string("call_id"))
        let output = try fields.require("output", OpenAIContent.text(fields, "output"))
        let call = messages.lazy.reversed().compactMap { $0.toolCalls.last { $0.id == id } }.first
        messages.append(
            Message(role: "tool", content: output, toolName: call?.name, toolCallID: id)
        )
    }

    private mutating func reasoning(_ fields: OpenAIFields) throws(OpenAIError) {
        let summary = try OpenAIContent.text(fields, "summary")?.nilIfEmpty
        thinking = try OpenAIContent.text(fields, "content")?.nilIfEmpty ?? summary
        guard thinking == nil, let sealed = try fields.string("encrypted_content") else { return }
        guard let text = OpenAISealedReasoning.reasoning(of: sealed) else {
            throw .value(
                fields.path("encrypted_content"),
                "Invalid '\(fields.path("encrypted_content"))': it does not come from this server."
            )
        }
        thinking = text
    }
}

/// The items of a response as they are kept and listed.
package enum OpenAIItems {
    /// The turns that items stand for; `param` is the field they came in.
    ///
    /// Throws: `OpenAIError` that names the field which cannot be honoured.
    package static func messages(
        _ items: [JSONValue],
        param: String = "input"
    ) throws(OpenAIError) -> [Message] {
        var reader = OpenAIItemReader()
        for (position, item) in items.enumerated() {
            try reader.read(item, at: "\(param)[\(position)]")
        }
        return reader.messages
    }

    /// Items with everything that clients expect of them; those without identifier get one made of
    /// `id` and their place.
    package static func normalised(_ items: [JSONValue], id: String) -> [JSONValue] {
        items.enumerated().map { position, item in
            guard case .object(var object) = item else { return item }
            let type = object["type"]?.stringValue ?? "message"
            let prefix =
                switch type {
                case "message": "msg"
                case "reasoning": "rs"
                case "function_call": "fc"
                default: "fco"
                }
            object["type"] = .string(type)
            if object["id"]?.stringValue == nil {
                object["id"] = .string("\(prefix)_\(id)_in\(position)")
            }
            if object["status"]?.stringValue == nil { object["status"] = "completed" }
            if type == "message", let text = object["content"]?.stringValue {
                object["content"] = [part(text, isOutput: object["role"] == "assistant")]
            }
            return .object(object)
        }
    }

    /// The body of the answer to `POST /v1/responses/input_tokens`, for which the request's
    /// generation is only rendered.
    package static func count(tokens: Int) -> JSONValue {
        ["object": "response.input_tokens", "input_tokens": .number(tokens)]
    }

    private static func part(_ text: String, isOutput: Bool) -> JSONValue {
        if isOutput {
            return [
                "type": "output_text", "text": .string(text), "annotations": [], "logprobs": [],
            ]
        }
        return ["type": "input_text", "text": .string(text)]
    }

    /// A page of a list of items.
    ///
    /// - `query`: `after` (an identifier), `limit` (1 to 100, 20 by default) and `order` (`asc` or
    ///   `desc`, the latter by default), as texts.
    ///
    /// Throws: `OpenAIError` that names the wrong one.
    package static func page(
        _ items: [JSONValue],
        query: [String: String]
    ) throws(OpenAIError) -> JSONValue {
        let limit = query["limit"].map { Int($0) ?? 0 } ?? 20
        guard (1...100).contains(limit) else {
            throw .value("limit", "Invalid 'limit': expected an integer from 1 to 100.")
        }
        let order = query["order"] ?? "desc"
        guard order == "asc" || order == "desc" else {
            throw .choice("order", order, of: ["asc", "desc"])
        }
        var list = order == "asc" ? items[...] : items.reversed()[...]
        if let after = query["after"] {
            guard let place = list.firstIndex(where: { $0["id"]?.stringValue == after }) else {
                throw .value("after", "No item has the identifier '\(after.prefix(128))'.")
            }
            list = list[(place + 1)...]
        }
        let page = Array(list.prefix(limit))
        return [
            "object": "list", "data": .array(page), "first_id": page.first?["id"] ?? "",
            "last_id": page.last?["id"] ?? "", "has_more": .bool(list.count > page.count),
        ]
    }
}
