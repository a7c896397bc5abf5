internal import ApusChat
internal import ApusConversation

/// Finds answers of the model in a prompt that a template has rendered.
///
/// Agents send answers back written down anew: with arguments in another order or other spaces, or as
/// text whose tokens come out differently from those that were sampled. The cache knows the sampled
/// ones only. So a stretch of the prompt is replaced by a sampled answer when
/// - all of the prompt before it is, byte for byte, the prompt that the answer was given to;
/// - it ends where the first end-of-turn token after that begins, so that it is the whole turn;
/// - the model's own parser reads the same in both: reasoning, text and calls (`AnswerMeaning`);
/// - it brings no identifier of a call that the sampled answer lacks, because a tool's result may
///   refer to it.
///
/// A template that leaves earlier reasoning out thus keeps it out.
/// Complexity: O(bytes of the prompt + prompts remembered).
struct AnswerReplay {
    /// A stretch of the prompt.
    enum Part: Equatable {
        /// As the template rendered it.
        case text(Range<Int>)
        /// An answer in place of what the template rendered.
        case answer(SampledAnswer)
    }

    /// The prompt in order, nothing left out.
    private(set) var parts: [Part] = []
    /// The fingerprint of the prompt, answers as they were sampled.
    private(set) var fingerprint = TextFingerprint()

    private let text: [UInt8]
    private let memory: AnswerMemory
    private let ends: [[UInt8]]
    private let reader: AnswerMeaning.Reader
    private let callWords: Set<[UInt8]>

    /// The replay of `text`, rendered from `conversation` by a template with `features`.
    ///
    /// - `ends`: the texts of tokens that end a turn.
    init(
        _ text: [UInt8],
        of conversation: Conversation,
        features: ChatFeatures,
        ends: [[UInt8]],
        memory: AnswerMemory
    ) {
        self.text = text
        self.memory = memory
        self.ends = ends.filter { !$0.isEmpty }
        reader = AnswerMeaning.Reader(
            features: features,
            tools: conversation.tools,
            thinking: conversation.thinking
        )
        callWords = Self.callWords(conversation)
        find()
    }

    private mutating func find() {
        var start = 0
        var position = 0
        for length in memory.promptLengths where length > fingerprint.length {
            let end = position + length - fingerprint.length
            guard end < text.count else { break }
            fingerprint.append(text[position..<end])
            position = end
            guard let (answer, turnEnd) = answer(at: position) else { continue }
            parts += [.text(start..<position), .answer(answer)]
            fingerprint.append(answer.bytes)
            (start, position) = (turnEnd, turnEnd)
        }
        fingerprint.append(text[position...])
        parts.append(.text(start..<text.count))
    }

    /// The answer that was given to the prompt up to `position` and came back there, and where its
    /// turn ends.
    private func answer(at position: Int) -> (SampledAnswer, end: Int)? {
        let candidates = memory.answers(to: fingerprint)
        guard !candidates.isEmpty, let end = turnEnd(from: position) else { return nil }
        let returned = text[position..<end]
        if let same = candidates.first(where: { $0.answer.bytes[...] == returned }) {
            return (same.answer, end)
        }
        var returnedFingerprint = TextFingerprint()
        returnedFingerprint.append(returned)
        if let known = candidates.first(where: { $0.known == returnedFingerprint }) {
            return (known.answer, end)
        }
        let promptEnd = String(decoding: text[max(0, position - 64)..<position], as: UTF8.self)
        let returnedText = String(decoding: returned, as: UTF8.self)
        let meaning = AnswerMeaning(returnedText, reading: reader, promptEnd: promptEnd)
        let words = Self.words(returned).intersection(callWords)
        for (answer, _) in candidates
        where words.isSubset(of: Self.words(answer.bytes[...]))
            && AnswerMeaning(answer.text, reading: reader, promptEnd: promptEnd) == meaning
        {
            memory.note(answer, to: fingerprint, knownAs: returnedFingerprint)
            return (answer, end)
        }
        return nil
    }

    /// Where the first end-of-turn token from `position` on begins.
    private func turnEnd(from position: Int) -> Int? {
        let firsts = Set(ends.compactMap(\.first))
        return text[position...].indices.first { index in
            firsts.contains(text[index]) && ends.contains { text[index...].starts(with: $0) }
        }
    }

    // MARK: Identifiers of calls

    /// The longest word of every call's identifier, as it is and as templates may shorten it.
    private static func callWords(_ conversation: Conversation) -> Set<[UInt8]> {
        var result: Set<[UInt8]> = []
        for call in conversation.messages.flatMap(\.toolCalls) {
            for id in [call.id, JinjaTemplate.shortCallID(call.id)] {
                guard let word = words(Array(id.utf8)[...]).max(by: { $0.count < $1.count }) else {
                    continue
                }
                result.insert(word)
            }
        }
        return result
    }

    /// The words of a text: letters and digits of ASCII, `_` and `-`.
    private static func words(_ text: ArraySlice<UInt8>) -> Set<[UInt8]> {
        Set(
            text.split { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    false
                default: true
                }
            }.map { Array($0) }
        )
    }
}
