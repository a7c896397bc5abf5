internal import ApusConversation

/// One item of a response while it grows.
struct OpenAIResponseItem {
    /// What an item is.
    enum Kind: Equatable {
        case message
        /// Reasoning as it is, or in the place of a summary.
        case reasoning(isSummary: Bool)
        case call(id: String, name: String)
    }

    let id: String
    let kind: Kind
    /// The text, the reasoning or the arguments so far.
    var text = ""
    var logProbabilities: [TokenLogProbability] = []
    var status = "in_progress"
    /// Whether reasoning comes also in a form that clients only pass back.
    var isSealed = false

    /// The item as the response has it.
    var json: JSONValue {
        let isEmpty = status == "in_progress"
        switch kind {
        case .message:
            return [
                "id": .string(id), "type": "message", "status": .string(status),
                "content": isEmpty ? [] : [part], "role": "assistant",
            ]
        case .reasoning(let isSummary):
            var item: JSONObject = [
                "id": .string(id), "type": "reasoning",
                "summary": isSummary && !isEmpty ? [part] : [],
            ]
            if !isSummary { item["content"] = isEmpty ? [] : [part] }
            if isSealed, !isEmpty {
                item["encrypted_content"] = .string(OpenAISealedReasoning.text(of: text))
            }
            item["status"] = .string(status)
            return .object(item)
        case .call(let callID, let name):
            return [
                "id": .string(id), "type": "function_call", "status": .string(status),
                "arguments": .string(text), "call_id": .string(callID), "name": .string(name),
            ]
        }
    }

    /// The only part of a message or of reasoning.
    var part: JSONValue {
        switch kind {
        case .message:
            [
                "type": "output_text", "annotations": [],
                "logprobs": .array(logProbabilities.map { OpenAILogProbability.json($0) }),
                "text": .string(text),
            ]
        case .reasoning(let isSummary):
            ["type": isSummary ? "summary_text" : "reasoning_text", "text": .string(text)]
        case .call: .null
        }
    }

    /// Log-probabilities in the form of events.
    static func eventList(_ list: [TokenLogProbability]) -> JSONValue {
        .array(list.map { OpenAILogProbability.json($0, hasBytes: false) })
    }

    /// The words that the names of the item's events begin with.
    var eventName: String {
        switch kind {
        case .message: "response.output_text"
        case .reasoning(false): "response.reasoning_text"
        case .reasoning(true): "response.reasoning_summary_text"
        case .call: "response.function_call_arguments"
        }
    }

    /// The name of the events about the part, and of its place; nil for calls, which have none.
    var partNames: (event: String, index: String)? {
        switch kind {
        case .message, .reasoning(false): ("response.content_part", "content_index")
        case .reasoning(true): ("response.reasoning_summary_part", "summary_index")
        case .call: nil
        }
    }
}
