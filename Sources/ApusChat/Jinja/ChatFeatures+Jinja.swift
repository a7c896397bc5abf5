internal import ApusConversation

extension ChatFeatures {
    /// What the text of a Jinja template tells, with the variables and members that it reads.
    init(jinja source: String, variables: Set<String>, members: Set<String>) {
        func mentions(_ text: String) -> Bool { TextSearch.first(text, in: source) != nil }
        let tags = ThinkingTags.known.first { mentions($0.close) }
        let marksThinking =
            tags.map { tags in
                mentions(tags.open)
                    || !members.contains("reasoning_content") && !mentions("<SPECIAL_12>")
            } ?? false
        let supportsTools = variables.contains("tools") || members.contains("tool_calls")
        self.init(
            supportsTools: supportsTools,
            supportsThinking: marksThinking || variables.contains("enable_thinking")
                || variables.contains("reasoning_effort"),
            thinkingTags: tags,
            toolCallFormat: supportsTools ? Self.toolCallFormat(jinja: source) : nil
        )
    }

    /// The format of calls that the template's text and its rendering of a call show.
    private static func toolCallFormat(jinja source: String) -> ToolCallFormat? {
        guard let tokens = try? JinjaLexer.tokens(of: source) else { return nil }
        var parser = JinjaParser(tokens)
        guard let statements = try? parser.parseTemplate() else { return nil }
        var limits = JinjaLimits()
        limits.steps = 1_000_000
        limits.bytes = 1 << 20
        let options = RenderOptions(date: ChatDate(unixSeconds: 0))
        return ToolCallFormat(templateText: source) { conversation in
            // Some templates treat arguments as a string.
            for hasTextArguments in [false, true] {
                let text = try? JinjaInterpreter(options: options, limits: limits)
                    .render(statements, variables(conversation, hasTextArguments))
                if let text { return text }
            }
            return nil
        }
    }

    private static func variables(
        _ conversation: Conversation,
        _ hasTextArguments: Bool
    ) -> [String: JinjaValue] {
        let messages = conversation.messages.map { message -> JSONValue in
            var object: JSONObject = [
                "role": .string(message.role), "content": .string(message.content),
            ]
            let calls = message.toolCalls.map { call -> JSONValue in
                let arguments =
                    hasTextArguments ? .string(call.arguments.jsonText()) : call.arguments
                return [
                    "id": .string(call.id), "type": "function",
                    "function": ["name": .string(call.name), "arguments": arguments],
                ]
            }
            if !calls.isEmpty { object["tool_calls"] = .array(calls) }
            return .object(object)
        }
        let tools = conversation.tools.map { tool -> JSONValue in
            [
                "type": "function",
                "function": [
                    "name": .string(tool.name), "description": .string(tool.description ?? ""),
                    "parameters": tool.parameters,
                ],
            ]
        }
        let variables: JSONObject = [
            "messages": .array(messages), "tools": .array(tools), "add_generation_prompt": false,
            "bos_token": "", "eos_token": "",
        ]
        return Dictionary(uniqueKeysWithValues: variables.map { ($0, JinjaValue($1)) })
    }
}
