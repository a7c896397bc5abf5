package import ApusConversation

/// One event of a streamed answer.
///
/// ```
/// message_start
///   (content_block_start content_block_delta* content_block_stop)*     indices 0, 1, 2 …
/// message_delta
/// message_stop
/// ```
/// `ping` may stand anywhere; `error` ends the stream wherever it stands.
package enum AnthropicEvent: Sendable, Equatable {
    /// An addition to a block.
    package enum Delta: Sendable, Equatable {
        case text(String)
        case thinking(String)
        case signature(String)
        case inputJSON(String)

        /// The addition on the wire.
        package var json: JSONValue {
            switch self {
            case .text(let text): ["type": "text_delta", "text": .string(text)]
            case .thinking(let text): ["type": "thinking_delta", "thinking": .string(text)]
            case .signature(let text): ["type": "signature_delta", "signature": .string(text)]
            case .inputJSON(let text):
                ["type": "input_json_delta", "partial_json": .string(text)]
            }
        }
    }

    case messageStart(AnthropicMessage)
    case blockStart(Int, AnthropicMessage.Block)
    case blockDelta(Int, Delta)
    case blockStop(Int)
    case messageDelta(AnthropicMessage.StopReason, sequence: String?, AnthropicUsage)
    case messageStop
    case ping
    case error(AnthropicError, requestID: String?)

    /// The event's name, on its `event:` line and in its data.
    package var name: String {
        switch self {
        case .messageStart: "message_start"
        case .blockStart: "content_block_start"
        case .blockDelta: "content_block_delta"
        case .blockStop: "content_block_stop"
        case .messageDelta: "message_delta"
        case .messageStop: "message_stop"
        case .ping: "ping"
        case .error: "error"
        }
    }

    /// The event's data.
    package var json: JSONValue {
        let type = JSONValue.string(name)
        switch self {
        case .messageStart(let message): return ["type": type, "message": message.json]
        case .blockStart(let index, let block):
            return ["type": type, "index": .integer(Int64(index)), "content_block": block.json]
        case .blockDelta(let index, let delta):
            return ["type": type, "index": .integer(Int64(index)), "delta": delta.json]
        case .blockStop(let index): return ["type": type, "index": .integer(Int64(index))]
        case .messageDelta(let reason, let sequence, let usage):
            return [
                "type": type,
                "delta": [
                    "stop_reason": .string(reason.rawValue),
                    "stop_sequence": sequence.map { .string($0) } ?? .null,
                ],
                "usage": usage.deltaJSON,
            ]
        case .messageStop, .ping: return ["type": type]
        case .error(let error, let requestID): return error.json(requestID: requestID)
        }
    }

    /// The event as server-sent text, with the empty line after it.
    package var text: String { "event: \(name)\ndata: \(json.jsonText())\n\n" }

    /// A line that some clients of other APIs wait for; none of Anthropic's does.
    package static let done = "data: [DONE]\n\n"
}
