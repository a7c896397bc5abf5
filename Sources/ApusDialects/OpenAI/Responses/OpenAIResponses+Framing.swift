package import ApusConversation

extension OpenAIResponses {
    /// Folds events into the events of a response's stream, and into the response itself.
    ///
    /// Every item is opened, grows and is closed before the next one opens. An answer in one piece
    /// is `response` after the last event.
    package struct Framing: Sendable {
        private let base: JSONObject
        private let id: String
        private let summarises: Bool
        private let sealsReasoning: Bool
        private let stream: OpenAIStream
        private var choice = OpenAIChoice(isLegacy: false)
        private var items: [OpenAIResponseItem] = []
        private var isItemOpen = false
        private var sequence = 0
        private var status: String
        private var incompleteReason: String?
        private var failure: OpenAIError?
        private var completed: Int64?
        /// The figures, once the response has ended.
        package private(set) var usage: OpenAIUsage?

        /// Frames of the response to `request`, for which `generation` was asked of the engine.
        package init(
            _ envelope: OpenAIEnvelope,
            for request: Request,
            generation: GenerationRequest
        ) {
            base = request.base(envelope, generation: generation)
            id = envelope.id
            summarises = request.summarises
            sealsReasoning = request.sealsReasoning
            stream = request.stream
            status = request.background ? "queued" : "in_progress"
        }

        /// The response's identifier, prefix included.
        package var identifier: String { "resp_" + id }

        /// Whether the response has ended.
        package var isComplete: Bool { status != "in_progress" && status != "queued" }

        /// The events before the model has begun.
        package mutating func begin() -> [JSONValue] {
            [about("response.created"), about("response." + status)]
        }

        /// The events that an event of the model makes; `now` in seconds since 1970.
        package mutating func frames(for event: GenerationEvent, now: Int64) -> [JSONValue] {
            if isComplete { return [] }
            var frames: [JSONValue] = []
            if status == "queued" {
                status = "in_progress"
                frames.append(about("response.in_progress"))
            }
            for change in choice.changes(for: event) {
                switch change {
                case .role: break
                case .content(let text, let list):
                    if items.last?.kind != .message || !isItemOpen { open(.message, &frames) }
                    grow(text, list, &frames)
                case .reasoning(let text):
                    let kind = OpenAIResponseItem.Kind.reasoning(isSummary: summarises)
                    if items.last?.kind != kind || !isItemOpen { open(kind, &frames) }
                    grow(text, [], &frames)
                case .callStart(_, let id, let name):
                    open(.call(id: id, name: name), &frames)
                case .callArguments(_, let text): grow(text, [], &frames)
                case .finish(let reason):
                    guard case .finished(let summary) = event else { continue }
                    finish(reason, summary, now, &frames)
                }
            }
            return frames.map(stream.framed)
        }

        /// Ends a response that nobody wants any more; nothing tells those who read its events.
        package mutating func cancel() {
            if isComplete { return }
            var frames: [JSONValue] = []
            close("incomplete", &frames)
            status = "cancelled"
        }

        /// The events of a response that fails.
        package mutating func fail(_ error: OpenAIError) -> [JSONValue] {
            if isComplete { return [] }
            var frames: [JSONValue] = []
            close("incomplete", &frames)
            status = "failed"
            failure = error
            frames.append(about("response.failed"))
            return frames
        }

        /// The response as far as it has come.
        package var response: JSONValue {
            var response = base
            response["status"] = .string(status)
            response["completed_at"] =
                status == "completed" ? completed.map { .integer($0) } ?? .null : .null
            response["incomplete_details"] =
                incompleteReason.map { ["reason": .string($0)] } ?? .null
            if let failure {
                let isLimit = failure.kind == .rateLimit
                response["error"] = [
                    "code": isLimit ? "rate_limit_exceeded" : "server_error",
                    "message": .string(failure.message),
                ]
            }
            response["output"] = .array(items.map(\.json))
            response["usage"] = usage?.responseJSON ?? .null
            return .object(response)
        }

        private mutating func open(
            _ kind: OpenAIResponseItem.Kind,
            _ frames: inout [JSONValue]
        ) {
            close("completed", &frames)
            let prefix =
                switch kind {
                case .message: "msg"
                case .reasoning: "rs"
                case .call: "fc"
                }
            var item = OpenAIResponseItem(id: "\(prefix)_\(id)_\(items.count)", kind: kind)
            item.isSealed = sealsReasoning
            items.append(item)
            isItemOpen = true
            frames.append(place("response.output_item.added", ["item": item.json]))
            guard let names = item.partNames else { return }
            frames.append(about(item, names.event + ".added", ["part": item.part]))
        }

        private mutating func grow(
            _ text: String,
            _ list: [TokenLogProbability],
            _ frames: inout [JSONValue]
        ) {
            guard isItemOpen, !items.isEmpty else { return }
            items[items.count - 1].text.append(text)
            items[items.count - 1].logProbabilities += list
            let item = items[items.count - 1]
            var members: JSONObject = ["delta": .string(text)]
            if item.kind == .message {
                members["logprobs"] = OpenAIResponseItem.eventList(list)
            }
            frames.append(about(item, item.eventName + ".delta", members))
        }

        private mutating func close(_ status: String, _ frames: inout [JSONValue]) {
            guard isItemOpen, !items.isEmpty else { return }
            isItemOpen = false
            items[items.count - 1].status = status
            let item = items[items.count - 1]
            let isCall = item.partNames == nil
            var members: JSONObject = [isCall ? "arguments" : "text": .string(item.text)]
            if item.kind == .message {
                members["logprobs"] = OpenAIResponseItem.eventList(item.logProbabilities)
            }
            frames.append(about(item, item.eventName + ".done", members))
            if let names = item.partNames {
                frames.append(about(item, names.event + ".done", ["part": item.part]))
            }
            frames.append(place("response.output_item.done", ["item": item.json]))
        }

        private mutating func finish(
            _ reason: String,
            _ summary: GenerationSummary,
            _ now: Int64,
            _ frames: inout [JSONValue]
        ) {
            let isCut = reason == "length"
            close(isCut ? "incomplete" : "completed", &frames)
            status = isCut ? "incomplete" : "completed"
            incompleteReason = isCut ? "max_output_tokens" : nil
            completed = now
            var usage = OpenAIUsage()
            usage.add(summary, countsPrompt: true)
            self.usage = usage
            frames.append(about("response." + status))
        }

        /// An event about the response.
        private mutating func about(_ type: String) -> JSONValue {
            var event = stamp(type, [:])
            event["response"] = response
            return .object(event)
        }

        /// An event about the item that stands last, with its place.
        private mutating func place(_ type: String, _ members: JSONObject) -> JSONValue {
            var event = stamp(type, ["output_index": .number(items.count - 1)])
            for (name, value) in members { event[name] = value }
            return .object(event)
        }

        /// An event about the inside of an item.
        private mutating func about(
            _ item: OpenAIResponseItem,
            _ type: String,
            _ members: JSONObject
        ) -> JSONValue {
            var inside: JSONObject = ["item_id": .string(item.id)]
            if let names = item.partNames { inside[names.index] = 0 }
            for (name, value) in members { inside[name] = value }
            return place(type, inside)
        }

        private mutating func stamp(_ type: String, _ members: JSONObject) -> JSONObject {
            var event: JSONObject = ["type": .string(type), "sequence_number": .number(sequence)]
            sequence += 1
            for (name, value) in members { event[name] = value }
            return event
        }
    }
}

extension OpenAIUsage {
    /// As responses carry it.
    var responseJSON: JSONValue {
        [
            "input_tokens": .number(promptTokens),
            "input_tokens_details": [
                "cached_tokens": .number(cachedTokens),
                "cache_write_tokens": .number(promptTokens - min(cachedTokens, promptTokens)),
            ],
            "output_tokens": .number(completionTokens),
            "output_tokens_details": ["reasoning_tokens": .number(reasoningTokens)],
            "total_tokens": .number(promptTokens.clampingSum(completionTokens)),
        ]
    }
}
