internal import ApusChat
internal import ApusConversation
internal import ApusTokenizers

/// Prompts whose tokens agree with what the cache holds.
extension InferenceModel {
    /// The prompt of a rendered conversation, its earlier answers as they were sampled.
    func prompt(
        _ text: String,
        of conversation: Conversation,
        features: ChatFeatures,
        after leadingTokens: [Int32]
    ) -> Prompt {
        // An end token behind every text leaves no place for answers between texts.
        guard let answers, leadingTokens.isEmpty, !tokenizer.special.addsEnd else {
            return Prompt(tokens: leadingTokens + encode(text, after: leadingTokens), text: text)
        }
        let bytes = Array(text.utf8)
        let replay = AnswerReplay(
            bytes,
            of: conversation,
            features: features,
            ends: tokenizer.special.endOfGeneration.map { tokenizer.bytes(of: $0) },
            memory: answers
        )
        if let replayed = prompt(replay, of: bytes) { return replayed }
        var fingerprint = TextFingerprint()
        fingerprint.append(bytes)
        return Prompt(tokens: encode(text), text: text, fingerprint: fingerprint)
    }

    /// The prompt that consists of these parts; nil when the text after an answer does not go on
    /// with a token that ends a turn.
    private func prompt(_ replay: AnswerReplay, of bytes: [UInt8]) -> Prompt? {
        var tokens: [Int32] = []
        var text = ""
        var followsAnswer = false
        for part in replay.parts {
            switch part {
            case .answer(let answer):
                tokens += answer.tokens
                text += String(decoding: answer.bytes, as: UTF8.self)
            case .text(let range):
                let piece = String(decoding: bytes[range], as: UTF8.self)
                let encoded =
                    followsAnswer
                    ? tokenizer.encode(
                        piece,
                        addSpecial: false,
                        parseSpecial: true,
                        continuesText: true
                    ) : encode(piece)
                if followsAnswer {
                    guard let end = encoded.first, tokenizer.isEndOfGeneration(end) else {
                        return nil
                    }
                }
                tokens += encoded
                text += piece
                followsAnswer = true
            }
        }
        return Prompt(tokens: tokens, text: text, fingerprint: replay.fingerprint)
    }

    /// Remembers an answer when its summary passes by on its way to `emit`.
    ///
    /// An answer that a stop text has cut, or that outgrew the context, is not what comes back.
    func remembering(
        _ prompt: Prompt,
        markers: Set<Int32>,
        emit: @escaping @Sendable (GenerationEvent) -> Void
    ) -> @Sendable (GenerationEvent) -> Void {
        guard let answers, let fingerprint = prompt.fingerprint else { return emit }
        let count = prompt.tokens.count
        return { [tokenizer] event in
            if case .finished(let summary) = event, summary.stopText == nil,
                summary.shiftedTokens == 0, summary.context.count > count
            {
                let tokens = Array(summary.context[count...])
                var decoder = tokenizer.makeStreamingDecoder(keeping: markers, continuesText: true)
                let text = tokens.map { decoder.append($0) }.joined() + decoder.finish()
                answers.remember(
                    SampledAnswer(
                        tokens: tokens,
                        bytes: tokens.flatMap { tokenizer.bytes(of: $0) },
                        text: text
                    ),
                    to: fingerprint
                )
            }
            emit(event)
        }
    }
}
