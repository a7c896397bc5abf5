/// Roles that files leave out and that llama.cpp infers from the text of tokens.
extension SpecialTokens {
    private static let endOfTurnTexts = [
        "<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>",
        "<|end_of_text|>", "<EOT>", "_<EOT>", "[EOT]", "<｜end▁of▁sentence｜>",
        "<end_of_utterance>",
    ]

    private static let endOfGenerationTexts =
        endOfTurnTexts + [
            "<|eom_id|>", "<|return|>", "<|call|>", "<|flush|>", "<|calls|>", "</s>", "[EOS]",
            "<eos>", "<turn|>", "<|tool_response>", "[e~[",
        ]

    private static var infillTexts: [(WritableKeyPath<SpecialTokens, Int32?>, [String])] {
        [
            (
                \.infillPrefix,
                [
                    "<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>", "<｜fim▁begin｜>", "<PRE>",
                    "▁<PRE>", "<|code_prefix|>", "<|prefix|>",
                ]
            ),
            (
                \.infillSuffix,
                [
                    "<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>", "<｜fim▁hole｜>", "<SUF>",
                    "▁<SUF>", "<|code_suffix|>", "<|suffix|>",
                ]
            ),
            (
                \.infillMiddle,
                [
                    "<|fim_middle|>", "<fim-middle>", "<fim_middle>", "<｜fim▁end｜>", "<MID>",
                    "▁<MID>", "<|code_middle|>", "<|middle|>",
                ]
            ),
            (\.infillPadding, ["<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"]),
            (
                \.infillRepository,
                ["<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"]
            ),
            (\.infillFile, ["<|file_sep|>"]),
        ]
    }

    mutating func takeKnownTexts(_ texts: TextIndex, _ kinds: inout [TokenKind]) {
        func first(of known: [String]) -> Int32? {
            for text in known {
                if let id = texts.id(of: text) {
                    kinds[Int(id)] = .control
                    return id
                }
            }
            return nil
        }
        if endOfTurn == nil { endOfTurn = first(of: Self.endOfTurnTexts) }
        if endOfMessage == nil { endOfMessage = first(of: ["<|eom_id|>"]) }
        for (role, known) in Self.infillTexts where self[keyPath: role] == nil {
            self[keyPath: role] = first(of: known)
        }
    }

    /// `ends` are those that the file names.
    mutating func collectEndOfGeneration(
        _ texts: TextIndex,
        _ ends: [Int32],
        _ kinds: inout [TokenKind]
    ) {
        for text in Self.endOfGenerationTexts {
            guard let id = texts.id(of: text) else { continue }
            endOfGeneration.insert(id)
            kinds[Int(id)] = .control
        }
        let roles = [
            end, endOfTurn, endOfMessage, infillPadding, infillRepository, infillFile,
        ]
        endOfGeneration.formUnion(roles.compactMap { $0 })
        endOfGeneration.formUnion(ends)
        removeFalseEnds(texts, &kinds)
    }

    /// Where a vocabulary has newer tokens for the end, an older one can have another meaning:
    /// `<|end|>` ends one message of several beside `<|return|>` and `<|call|>` (gpt-oss) or
    /// `<|calls|>` and `<|flush|>` (Solar), and `</s>` is strike-through HTML beside
    /// `<|tool_response>` (Gemma 4).
    private mutating func removeFalseEnds(_ texts: TextIndex, _ kinds: inout [TokenKind]) {
        func has(_ text: String) -> Bool {
            texts.id(of: text).map(endOfGeneration.contains) ?? false
        }
        let calls = has("<|call|>") || has("<|calls|>")
        if calls, has("<|return|>") || has("<|flush|>"), let id = texts.id(of: "<|end|>") {
            endOfGeneration.remove(id)
        }
        if has("<|tool_response>"), let id = texts.id(of: "</s>"), id != end {
            endOfGeneration.remove(id)
            kinds[Int(id)] = .normal
        }
    }
}
