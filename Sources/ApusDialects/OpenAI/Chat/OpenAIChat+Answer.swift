package import ApusConversation

extension OpenAIChat {
    /// Folds the events of all choices into one answer: the changes that a stream would send.
    package struct Answer: Sendable {
        private let envelope: OpenAIEnvelope
        private let isLegacy: Bool
        private var choices: [OpenAIChoice]
        private var messages: [AnswerMessage]
        /// The figures of the choices that have ended.
        package private(set) var usage = OpenAIUsage()

        /// The answer to `request`, still empty.
        package init(_ envelope: OpenAIEnvelope, for request: Request) {
            self.envelope = envelope
            isLegacy = request.tools.isLegacy
            choices = Array(
                repeating: OpenAIChoice(isLegacy: request.tools.isLegacy),
                count: request.choices
            )
            messages = Array(repeating: AnswerMessage(), count: request.choices)
        }

        /// Whether every choice has ended.
        package var isComplete: Bool { choices.allSatisfy(\.isFinished) }

        /// Takes an event of choice `choice`.
        package mutating func take(_ event: GenerationEvent, choice: Int = 0) {
            guard choices.indices.contains(choice), !choices[choice].isFinished else { return }
            for change in choices[choice].changes(for: event) { messages[choice].apply(change) }
            guard case .finished(let summary) = event else { return }
            usage.add(summary, countsPrompt: choice == 0)
        }

        /// The body of the answer.
        package var json: JSONValue {
            var answer = envelope.head(prefix: "chatcmpl-", object: "chat.completion")
            let list = messages.enumerated().map { index, message -> JSONValue in
                [
                    "index": .number(index), "message": message.json(isLegacy: isLegacy),
                    "logprobs": OpenAIChat.logProbabilities(message.logProbabilities),
                    "finish_reason": .string(message.finishReason),
                ]
            }
            answer["choices"] = .array(list)
            answer["usage"] = usage.json
            answer["service_tier"] = "default"
            answer["system_fingerprint"] = .text(envelope.fingerprint)
            return .object(answer)
        }
    }

    /// The message of one choice as far as it has come.
    struct AnswerMessage: Sendable {
        private struct Call: Sendable {
            let id: String
            let name: String
            var arguments = ""

            var function: JSONValue { ["name": .string(name), "arguments": .string(arguments)] }
        }

        private var content: String?
        private var reasoning: String?
        private var calls: [Call] = []
        private(set) var logProbabilities: [TokenLogProbability] = []
        private(set) var finishReason = "stop"

        /// Applies a change; text grows in place, so that n pieces cost O(n).
        mutating func apply(_ change: OpenAIChoice.Change) {
            switch change {
            case .role: break
            case .content(let text, let probabilities):
                content = content ?? ""
                content?.append(text)
                logProbabilities += probabilities
            case .reasoning(let text):
                reasoning = reasoning ?? ""
                reasoning?.append(text)
            case .callStart(_, let id, let name): calls.append(Call(id: id, name: name))
            case .callArguments(let index, let text):
                if calls.indices.contains(index) { calls[index].arguments.append(text) }
            case .finish(let reason): finishReason = reason
            }
        }

        func json(isLegacy: Bool) -> JSONValue {
            var message: JSONObject = [
                "role": "assistant",
                "content": .text(content ?? (calls.isEmpty ? "" : nil)),
                "refusal": .null, "annotations": [],
            ]
            if isLegacy, let call = calls.first {
                message["function_call"] = call.function
            } else if !calls.isEmpty {
                let list = calls.map { call -> JSONValue in
                    ["id": .string(call.id), "type": "function", "function": call.function]
                }
                message["tool_calls"] = .array(list)
            }
            if let reasoning {
                for (name, value) in OpenAIChat.reasoning(reasoning) { message[name] = value }
            }
            return .object(message)
        }
    }
}
