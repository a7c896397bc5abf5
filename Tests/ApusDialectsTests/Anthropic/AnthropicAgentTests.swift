import ApusConversation
import ApusDialects
import Testing

/// An agent's session as Claude Code holds it: a nonce in front of the system message, signed
/// reasoning and calls sent back as they came, and a countdown after every answer of a tool.
@Suite struct AnthropicAgentTests {
    @Test func everyTurnBeginsWithTheWholeTurnBefore() throws {
        var messages: [JSONValue] = [["role": "user", "content": "fix the bug"]]
        var before: [Message] = []
        for turn in 0..<100 {
            let body = self.body(messages, nonce: turn)
            let request = try AnthropicRequest(json: body)
            let generation = try request.generation(for: model(), seal: seal)
            guard case .conversation(let sent) = generation.prompt else { return }
            let conversation = sent.movingVolatileText(VolatileRule.standard)
            #expect(Array(conversation.messages.prefix(before.count)) == before)
            #expect(request.ignored == ["context_management"])
            before = conversation.messages
            let answer = try answer(to: request, turn: turn)
            messages.append(["role": "assistant", "content": answer.json["content"] ?? .null])
            guard case .toolUse(let id, _, _)? = answer.content.last else { return }
            messages.append([
                "role": "user",
                "content": [
                    ["type": "tool_result", "tool_use_id": .string(id), "content": "done"],
                    ["type": "text", "text": "<system-reminder>note</system-reminder>"],
                ],
            ])
            messages.append(["role": "system", "content": "\(100 - turn) tokens left"])
        }
        // The system message, the task, and for all turns but the last a call and its answer.
        #expect(before.count == 2 + 2 * 99)
    }

    private func body(_ messages: [JSONValue], nonce: Int) -> JSONValue {
        [
            "model": "m", "max_tokens": 4096, "stream": true,
            "system": [
                ["type": "text", "text": "x-anthropic-billing-header: cch=\(nonce);"],
                ["type": "text", "text": "You help.", "cache_control": ["type": "ephemeral"]],
            ],
            "thinking": ["type": "adaptive"],
            "context_management": ["edits": []],
            "metadata": ["user_id": "u"],
            "tools": [["name": "edit", "input_schema": ["type": "object"]]],
            "messages": .array(messages),
        ]
    }

    private func answer(to request: AnthropicRequest, turn: Int) throws -> AnthropicMessage {
        let call = ToolCall(id: "call_\(turn)", name: "edit", arguments: ["line": 7])
        let context = AnthropicFraming.Context(messageID: "msg_\(turn)", request: request)
        let list: [GenerationEvent] = [
            start(), .thinking("step \(turn)"), .content("\n\n"), .content("I edit."),
            .toolCall(call), finish(),
        ]
        let stream = events(of: list, through: AnthropicFraming(context, seal: seal))
        return try #require(AnthropicMessage(collecting: stream))
    }
}
