package import ApusConversation

extension OpenAIChat {
    /// Folds the events of all choices into the chunks of one stream.
    ///
    /// The caller sends every chunk as a `data:` event and, when `isComplete`, `data: [DONE]`.
    package struct Framing: Sendable {
        private let envelope: OpenAIEnvelope
        private let stream: OpenAIStream
        private let isLegacy: Bool
        private var choices: [OpenAIChoice]
        /// The figures of the choices that have ended.
        package private(set) var usage = OpenAIUsage()

        /// Frames of the answer to `request`.
        package init(_ envelope: OpenAIEnvelope, for request: Request) {
            self.envelope = envelope
            stream = request.stream
            isLegacy = request.tools.isLegacy
            choices = Array(
                repeating: OpenAIChoice(isLegacy: request.tools.isLegacy),
                count: request.choices
            )
        }

        /// Whether every choice has ended.
        package var isComplete: Bool { choices.allSatisfy(\.isFinished) }

        /// The chunks that an event of choice `choice` makes, often one, sometimes none.
        ///
        /// Choices begin in order, because clients make room for them by appending.
        package mutating func frames(
            for event: GenerationEvent,
            choice: Int = 0
        ) -> [JSONValue] {
            guard choices.indices.contains(choice) else { return [] }
            let wasFinished = choices[choice].isFinished
            let changes = choices[choice].changes(for: event)
            var frames: [JSONValue] = []
            if !changes.isEmpty {
                for earlier in 0..<choice {
                    frames += choices[earlier].begin(hasText: true)
                        .map { chunk($0, choice: earlier) }
                }
            }
            frames += changes.map { chunk($0, choice: choice) }
            if case .finished(let summary) = event, !wasFinished {
                usage.add(summary, countsPrompt: choice == 0)
                if stream.includesUsage, isComplete { frames.append(usageChunk) }
            }
            return frames.map(stream.framed)
        }

        private var head: JSONObject {
            var chunk = envelope.head(prefix: "chatcmpl-", object: "chat.completion.chunk")
            chunk["service_tier"] = "default"
            chunk["system_fingerprint"] = .text(envelope.fingerprint)
            return chunk
        }

        private var usageChunk: JSONValue {
            var chunk = head
            chunk["choices"] = []
            chunk["usage"] = usage.json
            return .object(chunk)
        }

        private func chunk(_ change: OpenAIChoice.Change, choice: Int) -> JSONValue {
            var probabilities: [TokenLogProbability] = []
            var reason: String?
            if case .content(_, let list) = change { probabilities = list }
            if case .finish(let word) = change { reason = word }
            var chunk = head
            chunk["choices"] = [
                [
                    "index": .number(choice), "delta": .object(delta(change)),
                    "logprobs": OpenAIChat.logProbabilities(probabilities),
                    "finish_reason": .text(reason),
                ]
            ]
            if stream.includesUsage { chunk["usage"] = .null }
            return .object(chunk)
        }

        private func delta(_ change: OpenAIChoice.Change) -> JSONObject {
            switch change {
            case .role(let hasText):
                ["role": "assistant", "content": hasText ? "" : .null, "refusal": .null]
            case .content(let text, _): ["content": .string(text)]
            case .reasoning(let text): OpenAIChat.reasoning(text)
            case .callStart(_, _, let name) where isLegacy:
                ["function_call": ["name": .string(name), "arguments": ""]]
            case .callArguments(_, let text) where isLegacy:
                ["function_call": ["arguments": .string(text)]]
            case .callStart(let index, let id, let name):
                [
                    "tool_calls": [
                        [
                            "index": .number(index), "id": .string(id), "type": "function",
                            "function": ["name": .string(name), "arguments": ""],
                        ]
                    ]
                ]
            case .callArguments(let index, let text):
                [
                    "tool_calls": [
                        ["index": .number(index), "function": ["arguments": .string(text)]]
                    ]
                ]
            case .finish: [:]
            }
        }
    }

    /// Reasoning under both names that clients of local servers read.
    static func reasoning(_ text: String) -> JSONObject {
        ["reasoning_content": .string(text), "reasoning": .string(text)]
    }

    /// The `logprobs` of a choice or of a piece of it; null when there are none.
    static func logProbabilities(_ list: [TokenLogProbability]) -> JSONValue {
        if list.isEmpty { return .null }
        return ["content": .array(list.map { OpenAILogProbability.json($0) }), "refusal": .null]
    }
}
