package import ApusConversation

extension JinjaTemplate {
    /// See `ChatTemplate`.
    ///
    /// A template that fails is given the conversation in other forms that mean the same: arguments
    /// of calls as JSON text, where it treats them as a string, and the system message as part of
    /// the first user message, where it knows no such role or wants turns to alternate. When all
    /// fail, the first error counts.
    package func render(
        _ conversation: Conversation,
        options: RenderOptions
    ) throws(ChatError) -> String {
        let first: ChatError
        do throws(ChatError) {
            return try render(conversation, options, textArguments: false)
        } catch {
            first = error
        }
        let hasCalls = conversation.messages.contains { !$0.toolCalls.isEmpty }
        if first.code == .evaluation, hasCalls,
            let text = try? render(conversation, options, textArguments: true)
        {
            return text
        }
        let merged = conversation.withAlternatingTurns
        if first.code == .raised, merged != conversation,
            let text = try? render(merged, options, textArguments: false)
        {
            return text
        }
        throw first
    }

    private func render(
        _ conversation: Conversation,
        _ options: RenderOptions,
        textArguments: Bool
    ) throws(ChatError) -> String {
        guard let last = conversation.messages.last, last.role == "assistant",
            last.toolCalls.isEmpty
        else {
            return try render(
                variables: variables(conversation, textArguments, opensTurn: true),
                options: options
            )
        }
        return try renderContinuing(last, conversation, options, textArguments)
    }

    // MARK: Continuing a turn

    /// The prompt up to where the text of the last message ends.
    ///
    /// Found with a mark after that text, as `continue_final_message` of transformers does.
    private func renderContinuing(
        _ last: Message,
        _ conversation: Conversation,
        _ options: RenderOptions,
        _ textArguments: Bool
    ) throws(ChatError) -> String {
        let mark = Self.mark(absentFrom: conversation)
        let continuesThinking = last.content.isEmpty && last.thinking?.isEmpty == false
        for marksThinking in continuesThinking ? [true, false] : [false] {
            var marked = conversation
            var message = last
            // The space tells whether the template trims the text.
            if marksThinking {
                message.thinking = (last.thinking ?? "") + mark + " "
            } else {
                message.content += mark + " "
            }
            marked.messages[marked.messages.count - 1] = message
            let text = try render(
                variables: variables(marked, textArguments, opensTurn: false),
                options: options
            )
            if let offset = TextSearch.last(mark, in: text) {
                return Self.cut(text, at: offset, markLength: mark.utf8.count)
            }
        }
        // The template leaves the message out: open a turn and put its text there.
        var opened = conversation
        opened.messages.removeLast()
        let prompt = try render(
            variables: variables(opened, textArguments, opensTurn: true),
            options: options
        )
        return prompt + last.content
    }

    /// Letters that stand nowhere in the conversation.
    private static func mark(absentFrom conversation: Conversation) -> String {
        var mark = "CONTINUE_HERE"
        while conversation.messages.contains(where: { message in
            TextSearch.first(mark, in: message.content + (message.thinking ?? "")) != nil
        }) {
            mark += "_X"
        }
        return mark
    }

    private static func cut(_ text: String, at offset: Int, markLength: Int) -> String {
        let bytes = Array(text.utf8)
        let end = offset + markLength
        let isUntrimmed = end < bytes.count && bytes[end] == UInt8(ascii: " ")
        let kept = isUntrimmed ? bytes[..<offset] : PythonText.strippedEnd(bytes[..<offset])
        return String(decoding: kept, as: UTF8.self)
    }

    // MARK: Variables

    /// What transformers would give the template for this conversation.
    private func variables(
        _ conversation: Conversation,
        _ textArguments: Bool,
        opensTurn: Bool
    ) -> JSONObject {
        var variables: JSONObject = [
            "messages": .array(conversation.messages.map { json($0, textArguments) }),
            "tools": conversation.tools.isEmpty
                ? .null : .array(conversation.tools.map { Self.json($0) }),
            "add_generation_prompt": .bool(opensTurn),
        ]
        if let thinking = conversation.thinking {
            // Two names for one switch: Qwen's, and that of DeepSeek and Granite.
            variables["enable_thinking"] = .bool(thinking.isOn)
            variables["thinking"] = .bool(thinking.isOn)
            if case .effort(let effort) = thinking {
                variables["reasoning_effort"] = .string(effort)
            }
        }
        return variables
    }

    private func json(_ message: Message, _ textArguments: Bool) -> JSONValue {
        var object: JSONObject = [
            "role": .string(message.role), "content": .string(message.content),
        ]
        if let thinking = message.thinking {
            object["reasoning_content"] = .string(thinking)
            object["thinking"] = .string(thinking)
        }
        if !message.toolCalls.isEmpty {
            object["tool_calls"] = .array(message.toolCalls.map { json($0, textArguments) })
        }
        object["name"] = message.toolName.map { .string($0) }
        object["tool_call_id"] = message.toolCallID.map { .string(callID($0)) }
        return .object(object)
    }

    private func json(_ call: ToolCall, _ textArguments: Bool) -> JSONValue {
        var object = JSONObject()
        if !call.id.isEmpty { object["id"] = .string(callID(call.id)) }
        object["type"] = "function"
        let arguments =
            textArguments ? .string(call.arguments.jsonText(.python)) : call.arguments
        object["function"] = ["name": .string(call.name), "arguments": arguments]
        return .object(object)
    }

    private static func json(_ tool: Tool) -> JSONValue {
        var function: JSONObject = ["name": .string(tool.name)]
        function["description"] = tool.description.map { .string($0) }
        function["parameters"] = tool.parameters
        return ["type": .string(tool.type), "function": .object(function)]
    }

    /// An identifier that the template accepts: the same one for the same identifier.
    private func callID(_ id: String) -> String {
        needsShortCallIDs ? Self.shortCallID(id) : id
    }

    /// Nine letters and digits for a call's identifier, as templates of Mistral's want them.
    package static func shortCallID(_ id: String) -> String {
        guard id.utf8.count != 9 else { return id }
        // FNV-1a, written with nine letters and digits.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in id.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let digits = String(hash, radix: 36)
        return String(repeating: "0", count: max(0, 9 - digits.count)) + digits.suffix(9)
    }
}

extension Conversation {
    /// The conversation with its leading system messages put before the first user message, and
    /// neighbouring messages of one speaker joined by an empty line.
    fileprivate var withAlternatingTurns: Conversation {
        var result = self
        let system = messages.prefix { $0.role == "system" }
        var turns = Array(messages.dropFirst(system.count))
        if !system.isEmpty {
            let text = system.map(\.content).joined(separator: "\n\n")
            if turns.first?.role == "user" {
                turns[0].content = text + "\n\n" + turns[0].content
            } else {
                turns.insert(Message(role: "user", content: text), at: 0)
            }
        }
        result.messages = []
        for turn in turns {
            if let previous = result.messages.last, previous.canAbsorb(turn) {
                result.messages[result.messages.count - 1].content += "\n\n" + turn.content
            } else {
                result.messages.append(turn)
            }
        }
        return result
    }
}

extension Message {
    /// Whether another message can be appended to this one without loss.
    fileprivate func canAbsorb(_ next: Message) -> Bool {
        role == next.role && role != "tool" && toolCalls.isEmpty && next.toolCalls.isEmpty
            && next.thinking == nil
    }
}
