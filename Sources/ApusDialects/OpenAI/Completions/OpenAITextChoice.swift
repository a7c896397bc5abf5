internal import ApusConversation

/// One generation of a text request: folds events into pieces of text.
struct OpenAITextChoice {
    private var echo: String
    private let alternatives: Int?
    private var pending: [TokenLogProbability] = []
    /// Characters (Unicode scalars) of the pieces so far.
    private var offset = 0
    private(set) var isFinished = false

    /// A choice that begins with `echo`; `alternatives` nil when no log-probabilities are wanted.
    init(echo: String, alternatives: Int?) {
        self.echo = echo
        self.alternatives = alternatives
    }

    /// The piece that an event makes.
    mutating func take(_ event: GenerationEvent) -> OpenAITextPiece? {
        if isFinished { return nil }
        switch event {
        case .rendered, .toolCall, .toolCallDelta: return nil
        case .started:
            return echo.isEmpty ? nil : piece("")
        case .logProbabilities(let list):
            pending += list
            return nil
        case .content(let text), .thinking(let text), .malformedToolCall(let text):
            return text.isEmpty ? nil : piece(text)
        case .finished(let summary):
            isFinished = true
            pending = []
            var last = piece("")
            last.finishReason = summary.reason.rawValue
            return last
        }
    }

    private mutating func piece(_ text: String) -> OpenAITextPiece {
        var piece = OpenAITextPiece()
        piece.text = echo + text
        offset += echo.unicodeScalars.count
        if !pending.isEmpty {
            piece.logProbabilities = OpenAITextLogProbabilities(
                pending,
                offset: offset,
                alternatives: alternatives ?? 0
            )
        }
        offset += text.unicodeScalars.count
        echo = ""
        pending = []
        return piece
    }
}

/// A piece of a text answer, or all of it.
struct OpenAITextPiece {
    var text = ""
    var logProbabilities: OpenAITextLogProbabilities?
    var finishReason: String?

    /// Appends `next`.
    mutating func absorb(_ next: OpenAITextPiece) {
        text.append(next.text)
        finishReason = next.finishReason ?? finishReason
        guard let more = next.logProbabilities else { return }
        if logProbabilities == nil {
            logProbabilities = more
        } else {
            logProbabilities?.absorb(more)
        }
    }

    /// Mean log-probability of the tokens.
    var likelihood: Double {
        guard let values = logProbabilities?.values, !values.isEmpty else { return -.infinity }
        return values.reduce(0, +) / Double(values.count)
    }

    func json(index: Int) -> JSONValue {
        [
            "text": .string(text), "index": .number(index),
            "logprobs": logProbabilities?.json ?? .null, "finish_reason": .text(finishReason),
        ]
    }
}

/// Log-probabilities in the form of text answers: one list a figure.
struct OpenAITextLogProbabilities {
    private var tokens: [String] = []
    private(set) var values: [Double] = []
    private var alternatives: [JSONValue] = []
    private var offsets: [Int] = []

    /// The tokens of a piece that begins at character `offset` of its text.
    init(_ list: [TokenLogProbability], offset: Int, alternatives count: Int) {
        var offset = offset
        for probability in list {
            let token = Self.text(probability.chosen)
            let value = OpenAILogProbability.number(probability.chosen)
            tokens.append(token)
            values.append(value)
            offsets.append(offset)
            offset += String(decoding: probability.chosen.bytes, as: UTF8.self).unicodeScalars.count
            var map: JSONObject = [:]
            for candidate in probability.alternatives.prefix(count) {
                let name = Self.text(candidate)
                // Several tokens may look alike; the likeliest comes first.
                if map[name] == nil { map[name] = .double(OpenAILogProbability.number(candidate)) }
            }
            if count > 0, map[token] == nil { map[token] = .double(value) }
            alternatives.append(count > 0 ? .object(map) : .null)
        }
    }

    mutating func absorb(_ next: OpenAITextLogProbabilities) {
        tokens += next.tokens
        values += next.values
        alternatives += next.alternatives
        offsets += next.offsets
    }

    var json: JSONValue {
        let hasAlternatives = alternatives.contains { !$0.isNull }
        return [
            "tokens": .array(tokens.map { .string($0) }),
            "token_logprobs": .array(values.map { .double($0) }),
            "top_logprobs": hasAlternatives ? .array(alternatives) : .null,
            "text_offset": .array(offsets.map { .number($0) }),
        ]
    }

    /// A token's text; bytes that are no text are spelled `bytes:\xe2\x80`.
    private static func text(_ candidate: TokenLogProbability.Candidate) -> String {
        if let text = String(validating: candidate.bytes, as: UTF8.self) { return text }
        let digits = Array("0123456789abcdef")
        let spelled = candidate.bytes.map { "\\x\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }
        return "bytes:" + spelled.joined()
    }
}
