internal import ApusChat
internal import ApusConversation
internal import ApusSampling
internal import ApusTokenizers
private import Synchronization

/// Turns the tokens of one generation into events: bytes to characters, stop texts, thinking and
/// tool calls taken apart.
final class GenerationStream: SequenceListener {
    private let state: Mutex<State>
    private let emit: @Sendable (GenerationEvent) -> Void
    private let ended: @Sendable (Result<Void, any Error>) -> Void

    struct State {
        let tokenizer: Tokenizer
        let reportsLogProbabilities: Bool
        var decoder: StreamingDecoder
        var stops: StopMatcher
        /// nil for prompts that are plain text: then everything is content.
        var parser: OutputParser?
        var context: [Int32]
        var usage: PromptUsage
        var summary: GenerationSummary
        var clock: GenerationClock
        var logProbabilities: [TokenLogProbability] = []
    }

    /// - `markers`: special tokens that come out as text.
    /// - `parser`: for the output of a chat template; nil for plain text.
    /// - `emit`: receives the events in order, `finished` last.
    /// - `ended`: called once, after the last event.
    init(
        _ prompt: Prompt,
        request: GenerationRequest,
        tokenizer: Tokenizer,
        markers: Set<Int32>,
        parser: OutputParser?,
        emit: @escaping @Sendable (GenerationEvent) -> Void,
        ended: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        self.emit = emit
        self.ended = ended
        let usage = PromptUsage(
            tokens: prompt.tokens.count,
            cachedTokens: 0,
            droppedMessages: prompt.droppedMessages,
            droppedTokens: prompt.droppedTokens
        )
        state = Mutex(
            State(
                tokenizer: tokenizer,
                reportsLogProbabilities: request.sampling.logProbabilities,
                decoder: tokenizer.makeStreamingDecoder(
                    keeping: markers,
                    continuesText: true
                ),
                stops: StopMatcher(request.stop),
                parser: parser,
                context: prompt.tokens,
                usage: usage,
                summary: GenerationSummary(
                    reason: .stop,
                    prompt: usage,
                    generatedTokens: 0,
                    promptNanoseconds: 0,
                    generationNanoseconds: 0,
                    context: []
                ),
                clock: GenerationClock()
            )
        )
    }

    func sequenceDidStart(cachedTokens: Int) {
        emit(
            state.withLock { state in
                state.usage.cachedTokens = cachedTokens
                state.clock.promptDone()
                return .started(state.usage)
            }
        )
    }

    func sequence(didSample token: SampledToken) -> Bool {
        let (events, goesOn): ([GenerationEvent], Bool) = state.withLock { state in
            state.summary.generatedTokens += 1
            if state.tokenizer.isEndOfGeneration(token.token) { return ([], false) }
            state.context.append(token.token)
            state.note(token)
            // The tokens that open and end the reasoning are part of it.
            let wasThinking = state.isThinking
            defer { if wasThinking || state.isThinking { state.summary.thinkingTokens += 1 } }
            return state.take(state.decoder.append(token.token))
        }
        for event in events { emit(event) }
        return goesOn
    }

    func sequence(didEmbed vector: [Float]) {}

    func sequence(didShift tokens: Int) {
        state.withLock { $0.summary.shiftedTokens += tokens }
    }

    func sequenceDidEnd(_ ending: SequenceEnding) {
        switch ending {
        case .finished: finish(.stop)
        case .length: finish(.length)
        case .cancelled: ended(.failure(InferenceError(.cancelled, "request canceled")))
        case .failed(let error): ended(.failure(error))
        }
    }

    private func finish(_ reason: FinishReason) {
        let events = state.withLock { state in
            state.summary.reason = reason
            return state.finish()
        }
        for event in events { emit(event) }
        ended(.success(()))
    }
}

extension GenerationStream.State {
    /// Whether the answer is inside its reasoning.
    var isThinking: Bool { parser?.isThinking ?? false }

    /// Keeps the log-probabilities of a token for the next event.
    mutating func note(_ token: SampledToken) {
        guard reportsLogProbabilities, let logProbability = token.logProbability else { return }
        func candidate(_ id: Int32, _ value: Float) -> TokenLogProbability.Candidate {
            TokenLogProbability.Candidate(bytes: tokenizer.bytes(of: id), logProbability: value)
        }
        logProbabilities.append(
            TokenLogProbability(
                chosen: candidate(token.token, logProbability),
                alternatives: token.alternatives.map { candidate($0.token, $0.logProbability) }
            )
        )
    }

    /// Takes new text; returns events and whether the generation goes on.
    mutating func take(_ text: String) -> ([GenerationEvent], Bool) {
        let (free, stop) = stops.feed(text)
        if let stop { summary.stopText = stop }
        var events: [GenerationEvent] = []
        if !logProbabilities.isEmpty {
            events.append(.logProbabilities(logProbabilities))
            logProbabilities = []
        }
        return (events + parse(free), stop == nil)
    }

    private mutating func parse(_ text: String) -> [GenerationEvent] {
        if text.isEmpty { return [] }
        return parser?.feed(text) ?? [.content(text)]
    }

    /// Everything held back, and the summary.
    mutating func finish() -> [GenerationEvent] {
        var events: [GenerationEvent] = []
        if summary.stopText == nil {
            let (tail, _) = take(decoder.finish())
            events += tail
        }
        if summary.stopText == nil {
            let (text, stop) = stops.finish()
            summary.stopText = stop
            events += parse(text)
        }
        events += parser?.finish() ?? []
        summary.prompt = usage
        summary.context = context
        (summary.promptNanoseconds, summary.generationNanoseconds) = clock.durations()
        return events + [.finished(summary)]
    }
}

/// Times the two halves of a generation.
struct GenerationClock {
    private let start = ContinuousClock.now
    private var promptEnd: ContinuousClock.Instant?

    /// Marks the end of the prompt.
    mutating func promptDone() { promptEnd = .now }

    /// Nanoseconds spent on the prompt, and from there until now.
    func durations() -> (prompt: Int64, generation: Int64) {
        let middle = promptEnd ?? .now
        return (Self.nanoseconds(middle - start), Self.nanoseconds(.now - middle))
    }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        let parts = duration.components
        return parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000
    }
}
