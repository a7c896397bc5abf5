package import ApusConversation

/// What became of one request of a batch: a line of the results.
package struct AnthropicBatchResult: Sendable, Equatable {
    /// How a request ended.
    package enum Outcome: Sendable, Equatable {
        case succeeded(AnthropicMessage)
        case errored(AnthropicError, requestID: String?)
        case canceled
        case expired

        /// The same in a word.
        package var kind: Kind {
            switch self {
            case .succeeded: .succeeded
            case .errored: .errored
            case .canceled: .canceled
            case .expired: .expired
            }
        }
    }

    /// How a request ended, in a word.
    package enum Kind: String, Sendable {
        case succeeded, errored, canceled, expired
    }

    /// The client's name for the request.
    package var customID: String
    /// How it ended.
    package var outcome: Outcome

    /// A result.
    package init(customID: String, outcome: Outcome) {
        self.customID = customID
        self.outcome = outcome
    }

    /// The result on the wire.
    package var json: JSONValue {
        let result: JSONValue =
            switch outcome {
            case .succeeded(let message): ["type": "succeeded", "message": message.json]
            case .errored(let error, let requestID):
                ["type": "errored", "error": error.json(requestID: requestID)]
            case .canceled: ["type": "canceled"]
            case .expired: ["type": "expired"]
            }
        return ["custom_id": .string(customID), "result": result]
    }

    /// How the request of a line of results ended; nil for what is no such line.
    package static func kind(ofLine line: some Collection<UInt8>) -> Kind? {
        let type = (try? JSONParser.parse(line))?["result"]?["type"]?.stringValue
        return type.flatMap { Kind(rawValue: $0) }
    }

    /// The line of a JSONL file, with its end.
    package var line: String { json.jsonText() + "\n" }
}
