private import Synchronization

/// An answer as it was sampled.
struct SampledAnswer: Sendable, Equatable {
    /// The tokens, without the one that ended it.
    let tokens: [Int32]
    /// What they stand for, special tokens included.
    let bytes: [UInt8]
    /// The text that was taken apart for the client: without special tokens that are no markers.
    let text: String
}

/// The latest answers of a model, by the prompts that they answered.
///
/// Thread-safe. What was not asked for longest goes when there are too many.
final class AnswerMemory: Sendable {
    private struct Entry {
        /// Newest first.
        var answers: [SampledAnswer]
        /// For each answer the text in whose place it was recognised last.
        var known: [TextFingerprint?]
        var lastUse: UInt64
        var tokens: Int { answers.reduce(0) { $0 + $1.tokens.count } }
    }

    private struct State {
        var entries: [TextFingerprint: Entry] = [:]
        var tokens = 0
        var clock: UInt64 = 0

        mutating func tick() -> UInt64 {
            clock += 1
            return clock
        }
    }

    /// Different answers to one prompt that are kept.
    static let answersPerPrompt = 4

    private let state = Mutex(State())
    private let maximumPrompts: Int
    private let maximumTokens: Int

    /// A memory of at most `maximumPrompts` prompts and `maximumTokens` tokens of answers, which
    /// take some twelve bytes each.
    init(maximumPrompts: Int = 1024, maximumTokens: Int = 1 << 20) {
        self.maximumPrompts = maximumPrompts
        self.maximumTokens = maximumTokens
    }

    /// The lengths in bytes of the prompts it knows, ascending, each once.
    var promptLengths: [Int] {
        state.withLock { Set($0.entries.keys.map(\.length)).sorted() }
    }

    /// The answers to a prompt, newest first, each with the text in whose place it was recognised
    /// last.
    func answers(
        to prompt: TextFingerprint
    ) -> [(answer: SampledAnswer, known: TextFingerprint?)] {
        state.withLock { state in
            guard state.entries[prompt] != nil else { return [] }
            let tick = state.tick()
            state.entries[prompt]?.lastUse = tick
            guard let entry = state.entries[prompt] else { return [] }
            return Array(zip(entry.answers, entry.known))
        }
    }

    /// Notes that the answer was recognised in place of a text.
    func note(_ answer: SampledAnswer, to prompt: TextFingerprint, knownAs text: TextFingerprint) {
        state.withLock { state in
            guard let index = state.entries[prompt]?.answers.firstIndex(of: answer) else { return }
            state.entries[prompt]?.known[index] = text
        }
    }

    /// Remembers an answer to a prompt; one that it remembers already becomes the newest.
    ///
    /// An answer that would take more than a quarter of the room is not remembered.
    func remember(_ answer: SampledAnswer, to prompt: TextFingerprint) {
        guard answer.tokens.count <= maximumTokens / 4 else { return }
        state.withLock { state in
            let tick = state.tick()
            var entry = state.entries[prompt] ?? Entry(answers: [], known: [], lastUse: tick)
            state.tokens -= entry.tokens
            if let index = entry.answers.firstIndex(of: answer) {
                entry.answers.remove(at: index)
                entry.known.remove(at: index)
            }
            entry.answers.insert(answer, at: 0)
            entry.known.insert(nil, at: 0)
            if entry.answers.count > Self.answersPerPrompt {
                entry.answers.removeLast()
                entry.known.removeLast()
            }
            entry.lastUse = tick
            state.tokens += entry.tokens
            state.entries[prompt] = entry
            shrink(&state)
        }
    }

    /// O(prompts) for each one that goes.
    private func shrink(_ state: inout State) {
        while state.entries.count > maximumPrompts || state.tokens > maximumTokens {
            guard let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else {
                return
            }
            state.tokens -= oldest.value.tokens
            state.entries[oldest.key] = nil
        }
    }
}
