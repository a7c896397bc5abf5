package import ApusConversation

/// A message of the model: the whole answer, or as much of it as events have told.
package struct AnthropicMessage: Sendable, Equatable {
    /// A block of an answer.
    package enum Block: Sendable, Equatable {
        case text(String)
        case thinking(String, signature: String)
        /// A call; `input` is the JSON text of its arguments.
        case toolUse(id: String, name: String, input: String)

        /// The block on the wire; arguments that are no JSON object become an empty one.
        package var json: JSONValue {
            switch self {
            case .text(let text): ["type": "text", "text": .string(text)]
            case .thinking(let text, let signature):
                [
                    "type": "thinking", "thinking": .string(text),
                    "signature": .string(signature),
                ]
            case .toolUse(let id, let name, let input):
                [
                    "type": "tool_use", "id": .string(id), "name": .string(name),
                    "input": Self.object(input),
                ]
            }
        }

        private static func object(_ text: String) -> JSONValue {
            guard let value = try? JSONValue(json: text), case .object = value else { return [:] }
            return value
        }
    }

    /// Why a message ended.
    package enum StopReason: String, Sendable {
        case endTurn = "end_turn"
        case maxTokens = "max_tokens"
        case stopSequence = "stop_sequence"
        case toolUse = "tool_use"
        case refusal
        case contextExceeded = "model_context_window_exceeded"
    }

    /// `msg_` and something unique.
    package var id: String
    /// The model's name as the client wrote it.
    package var model: String
    /// What was said.
    package var content: [Block] = []
    /// Why it ended; nil while it has not.
    package var stopReason: StopReason?
    /// The stop sequence that ended it, when one did.
    package var stopSequence: String?
    /// Tokens.
    package var usage: AnthropicUsage

    /// A message in which nothing has been said yet.
    package init(id: String, model: String, usage: AnthropicUsage) {
        self.id = id
        self.model = model
        self.usage = usage
    }

    /// The message on the wire.
    package var json: JSONValue {
        [
            "id": .string(id),
            "type": "message",
            "role": "assistant",
            "model": .string(model),
            "content": .array(content.map(\.json)),
            "stop_reason": stopReason.map { .string($0.rawValue) } ?? .null,
            "stop_sequence": stopSequence.map { .string($0) } ?? .null,
            "usage": usage.json,
        ]
    }

    /// The message that a whole stream of events tells; nil when none of them begins one.
    package init?(collecting events: some Sequence<AnthropicEvent>) {
        var message: AnthropicMessage?
        for event in events {
            if case .messageStart(let start) = event { message = start }
            message?.absorb(event)
        }
        guard let message else { return nil }
        self = message
    }

    /// Takes over what an event adds.
    package mutating func absorb(_ event: AnthropicEvent) {
        switch event {
        case .blockStart(_, let block): content.append(block)
        case .blockDelta(let index, let delta):
            guard content.indices.contains(index) else { return }
            content[index].absorb(delta)
        case .messageDelta(let reason, let sequence, let usage):
            stopReason = reason
            stopSequence = sequence
            self.usage = usage
        case .messageStart, .blockStop, .messageStop, .ping, .error: break
        }
    }
}

extension AnthropicMessage.Block {
    fileprivate mutating func absorb(_ delta: AnthropicEvent.Delta) {
        switch (self, delta) {
        case (.text(let text), .text(let more)): self = .text(text + more)
        case (.thinking(let text, let signature), .thinking(let more)):
            self = .thinking(text + more, signature: signature)
        case (.thinking(let text, _), .signature(let signature)):
            self = .thinking(text, signature: signature)
        case (.toolUse(let id, let name, let input), .inputJSON(let more)):
            self = .toolUse(id: id, name: name, input: input + more)
        default: break
        }
    }
}
