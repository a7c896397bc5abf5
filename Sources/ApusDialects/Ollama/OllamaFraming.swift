package import ApusConversation

/// A moment as an answer needs it: the time of day, and the time since the request came.
package struct OllamaMoment: Sendable {
    /// The time of day.
    package var time: WireTime
    /// Nanoseconds since the request came.
    package var elapsedNanoseconds: Int64

    /// A moment.
    package init(time: WireTime, elapsedNanoseconds: Int64) {
        self.time = time
        self.elapsedNanoseconds = elapsedNanoseconds
    }
}

/// Folds what a model answers into frames of one API.
package protocol OllamaFraming: Sendable {
    /// One frame: a line of NDJSON.
    associatedtype Frame: OllamaFrame

    /// The frames that an event makes, often one, sometimes none.
    mutating func frames(
        for event: GenerationEvent,
        at moment: OllamaMoment
    ) -> [Frame]

    /// The only frame of a request that loads or unloads; `reason` is `load` or `unload`.
    func frame(reason: String, at moment: OllamaMoment) -> Frame
}

/// A piece of an answer that can be joined with the pieces before it.
package protocol OllamaFrame: Codable, Sendable {
    /// Appends the text, calls and log-probabilities of `next`, and takes over everything else.
    mutating func absorb(_ next: Self)
}

extension OllamaGenerate {
    /// Folds events into generate frames.
    package struct Framing: OllamaFraming {
        private let model: String
        private let loadNanoseconds: Int64
        private let includesContext: Bool
        private var pending: [OllamaLogProbability] = []
        private var toolCalls: [OllamaToolCall] = []

        /// Frames that carry `model` as their name; raw prompts have no `context` in the last one.
        package init(model: String, loadNanoseconds: Int64, includesContext: Bool = true) {
            self.model = model
            self.loadNanoseconds = loadNanoseconds
            self.includesContext = includesContext
        }

        /// The frames that an event makes.
        package mutating func frames(
            for event: GenerationEvent,
            at moment: OllamaMoment
        ) -> [Response] {
            var frame = Response(model: model, createdAt: moment.time)
            switch event {
            case .started, .toolCallDelta:
                return []
            case .logProbabilities(let list):
                pending += list.map { OllamaLogProbability($0) }
                return []
            case .toolCall(let call):
                toolCalls.append(OllamaToolCall(call, index: toolCalls.count))
                return []
            case .rendered(let prompt, _):
                frame.debugInfo = OllamaDebugInfo(renderedTemplate: prompt)
            case .content(let text), .malformedToolCall(let text): frame.response = text
            case .thinking(let text): frame.thinking = text
            case .finished(let summary): finish(&frame, summary, moment)
            }
            frame.logprobs = pending.isEmpty ? nil : pending
            pending = []
            return [frame]
        }

        /// The only frame of a request that loads or unloads.
        package func frame(reason: String, at moment: OllamaMoment) -> Response {
            var frame = Response(model: model, createdAt: moment.time)
            frame.done = true
            frame.doneReason = reason
            return frame
        }

        private func finish(
            _ frame: inout Response,
            _ summary: GenerationSummary,
            _ moment: OllamaMoment
        ) {
            frame.done = true
            frame.doneReason = summary.reason.rawValue
            frame.context = includesContext && !summary.context.isEmpty ? summary.context : nil
            frame.metrics = OllamaMetrics(
                summary,
                totalDuration: moment.elapsedNanoseconds,
                loadDuration: loadNanoseconds
            )
            frame.toolCalls = toolCalls.isEmpty ? nil : toolCalls
        }
    }
}

extension OllamaChat {
    /// Folds events into chat frames.
    package struct Framing: OllamaFraming {
        private let model: String
        private let loadNanoseconds: Int64
        private var pending: [OllamaLogProbability] = []
        private var toolCalls = 0

        /// Frames that carry `model` as their name.
        package init(model: String, loadNanoseconds: Int64) {
            self.model = model
            self.loadNanoseconds = loadNanoseconds
        }

        /// The frames that an event makes.
        package mutating func frames(
            for event: GenerationEvent,
            at moment: OllamaMoment
        ) -> [Response] {
            var frame = Response(model: model, createdAt: moment.time)
            switch event {
            case .started, .toolCallDelta:
                return []
            case .logProbabilities(let list):
                pending += list.map { OllamaLogProbability($0) }
                return []
            case .toolCall(let call):
                frame.message.toolCalls = [OllamaToolCall(call, index: toolCalls)]
                toolCalls += 1
            case .rendered(let prompt, _):
                frame.debugInfo = OllamaDebugInfo(renderedTemplate: prompt)
            case .content(let text), .malformedToolCall(let text): frame.message.content = text
            case .thinking(let text): frame.message.thinking = text
            case .finished(let summary):
                frame.done = true
                frame.doneReason = summary.reason.rawValue
                frame.metrics = OllamaMetrics(
                    summary,
                    totalDuration: moment.elapsedNanoseconds,
                    loadDuration: loadNanoseconds
                )
            }
            frame.logprobs = pending.isEmpty ? nil : pending
            pending = []
            return [frame]
        }

        /// The only frame of a request that loads or unloads.
        package func frame(reason: String, at moment: OllamaMoment) -> Response {
            var frame = Response(model: model, createdAt: moment.time)
            frame.done = true
            frame.doneReason = reason
            return frame
        }
    }
}
