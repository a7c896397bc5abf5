package import ApusConversation

extension OpenAICompletion {
    /// Folds the events of all generations into the chunks of one stream.
    ///
    /// The caller sends every chunk as a `data:` event and, when `isComplete`, `data: [DONE]`.
    package struct Framing: Sendable {
        private let envelope: OpenAIEnvelope
        private let stream: OpenAIStream
        private let choicesPerPrompt: Int
        private var texts: [OpenAITextChoice]
        /// The figures of the generations that have ended.
        package private(set) var usage = OpenAIUsage()

        /// Frames of the answer to `request`.
        ///
        /// - `prompts`: the prompts as text, needed to echo prompts of tokens.
        package init(
            _ envelope: OpenAIEnvelope,
            for request: Request,
            prompts: [String] = []
        ) {
            self.envelope = envelope
            stream = request.stream
            choicesPerPrompt = request.choices
            texts = request.textChoices(prompts: prompts)
        }

        /// Whether every generation has ended.
        package var isComplete: Bool { texts.allSatisfy(\.isFinished) }

        /// The chunks that an event of generation `index` makes, often one, sometimes none.
        package mutating func frames(
            for event: GenerationEvent,
            index: Int = 0
        ) -> [JSONValue] {
            guard texts.indices.contains(index), !texts[index].isFinished else { return [] }
            var frames: [JSONValue] = []
            if let piece = texts[index].take(event) {
                frames.append(chunk([piece.json(index: index)], usage: .null))
            }
            if case .finished(let summary) = event {
                usage.add(summary, countsPrompt: index % choicesPerPrompt == 0)
                if stream.includesUsage, isComplete { frames.append(chunk([], usage: usage.json)) }
            }
            return frames.map(stream.framed)
        }

        private func chunk(_ choices: [JSONValue], usage: JSONValue) -> JSONValue {
            var chunk = envelope.completionHead
            chunk["choices"] = .array(choices)
            if stream.includesUsage { chunk["usage"] = usage }
            return .object(chunk)
        }
    }

    /// Folds the events of all generations into one answer, with the likeliest candidates.
    package struct Answer: Sendable {
        private let envelope: OpenAIEnvelope
        private let choices: Int
        private let candidates: Int
        private let keepsLogProbabilities: Bool
        private var texts: [OpenAITextChoice]
        private var pieces: [OpenAITextPiece]
        /// The figures of the generations that have ended.
        package private(set) var usage = OpenAIUsage()

        /// The answer to `request`, still empty; `prompts` as for `Framing`.
        package init(
            _ envelope: OpenAIEnvelope,
            for request: Request,
            prompts: [String] = []
        ) {
            self.envelope = envelope
            choices = request.choices
            candidates = request.candidates
            keepsLogProbabilities = request.logProbabilities != nil
            texts = request.textChoices(prompts: prompts)
            pieces = Array(repeating: OpenAITextPiece(), count: texts.count)
        }

        /// Whether every generation has ended.
        package var isComplete: Bool { texts.allSatisfy(\.isFinished) }

        /// Takes an event of generation `index`.
        package mutating func take(_ event: GenerationEvent, index: Int = 0) {
            guard texts.indices.contains(index), !texts[index].isFinished else { return }
            if let piece = texts[index].take(event) { pieces[index].absorb(piece) }
            guard case .finished(let summary) = event else { return }
            usage.add(summary, countsPrompt: index % candidates == 0)
        }

        /// The body of the answer.
        package var json: JSONValue {
            var answer = envelope.completionHead
            var list: [JSONValue] = []
            for first in stride(from: 0, to: pieces.count, by: candidates) {
                for var piece in best(pieces[first..<(first + candidates)]) {
                    if !keepsLogProbabilities { piece.logProbabilities = nil }
                    list.append(piece.json(index: list.count))
                }
            }
            answer["choices"] = .array(list)
            answer["usage"] = usage.json
            return .object(answer)
        }

        /// The candidates with the highest log-probability a token, best first.
        private func best(_ pieces: ArraySlice<OpenAITextPiece>) -> [OpenAITextPiece] {
            if candidates == choices { return Array(pieces) }
            let ranked = pieces.enumerated().sorted { left, right in
                let (first, second) = (left.element.likelihood, right.element.likelihood)
                return first == second ? left.offset < right.offset : first > second
            }
            return ranked.prefix(choices).map(\.element)
        }
    }
}

extension OpenAICompletion.Request {
    /// One choice for every generation; `prompts` are echoed when the request says so.
    func textChoices(prompts texts: [String]) -> [OpenAITextChoice] {
        (0..<generationCount).map { index in
            let position = index / candidates
            var echo = ""
            if echoes {
                if case .text(let text) = prompts[position] {
                    echo = text
                } else if texts.indices.contains(position) {
                    echo = texts[position]
                }
            }
            return OpenAITextChoice(echo: echo, alternatives: logProbabilities)
        }
    }
}

extension OpenAIEnvelope {
    /// The first members of a text answer and of its chunks, which look alike.
    fileprivate var completionHead: JSONObject {
        var head = head(prefix: "cmpl-", object: "text_completion")
        head["system_fingerprint"] = .text(fingerprint)
        return head
    }
}
