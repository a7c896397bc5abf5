/// The tokens with a role, and those that end a generation.
package struct SpecialTokens: Sendable {
    /// BOS (BERT: `[CLS]`).
    package var beginning: Int32?
    /// EOS.
    package var end: Int32?
    /// EOT: ends what one side of a chat says.
    package var endOfTurn: Int32?
    /// EOM: ends a message that calls for a tool.
    package var endOfMessage: Int32?
    /// Stands for text without tokens.
    package var unknown: Int32?
    /// SEP: ends BERT's inputs.
    package var separator: Int32?
    /// Fills up batches.
    package var padding: Int32?
    /// Stands for a token to be guessed.
    package var mask: Int32?
    /// Comes before the text that precedes the gap, when filling in the middle.
    package var infillPrefix: Int32?
    /// Comes before the text that follows the gap.
    package var infillSuffix: Int32?
    /// Comes before what fills the gap.
    package var infillMiddle: Int32?
    /// Fills up infill inputs.
    package var infillPadding: Int32?
    /// Comes before the name of a repository.
    package var infillRepository: Int32?
    /// Separates files.
    package var infillFile: Int32?
    /// Whether a text begins with ``beginning`` and ends with ``end`` when special tokens are added.
    package var addsBeginning = false
    /// See `addsBeginning`.
    package var addsEnd = false
    /// Tokens after which nothing more is to be generated.
    package var endOfGeneration: Set<Int32> = []

    /// Resolves roles from metadata, then by the kind's defaults, then by well-known texts.
    ///
    /// Tokens found by text become control tokens in `kinds`.
    /// Throws: `invalidSpecialToken` for a beginning or end that is outside the vocabulary, or
    /// that is to be added and missing. Other roles outside the vocabulary are left empty, as many
    /// published files have such values.
    init(
        _ vocabulary: Vocabulary,
        _ texts: TextIndex,
        _ kinds: inout [TokenKind],
        addsBeginning: Bool
    ) throws(TokenizerError) {
        let ids = vocabulary.special
        let count = vocabulary.tokens.count
        beginning = try Self.required(ids.beginning, count, "bos")
        end = try Self.required(ids.end, count, "eos")
        func role(_ id: Int?) -> Int32? {
            id.flatMap { (0..<count).contains($0) ? Int32($0) : nil }
        }
        endOfTurn = role(ids.endOfTurn)
        endOfMessage = role(ids.endOfMessage)
        unknown = role(ids.unknown)
        separator = role(ids.separator)
        padding = role(ids.padding)
        mask = role(ids.mask)
        infillPrefix = role(ids.infillPrefix)
        infillSuffix = role(ids.infillSuffix)
        infillMiddle = role(ids.infillMiddle)
        infillPadding = role(ids.infillPadding)
        infillRepository = role(ids.infillRepository)
        infillFile = role(ids.infillFile)
        takeDefaults(of: vocabulary.model, count: count)
        takeKnownTexts(texts, &kinds)
        try takeFlags(vocabulary, addsBeginning: addsBeginning)
        collectEndOfGeneration(texts, ids.ends.compactMap { role($0) }, &kinds)
    }

    private static func required(
        _ id: Int?,
        _ count: Int,
        _ name: String
    ) throws(TokenizerError) -> Int32? {
        guard let id else { return nil }
        guard (0..<count).contains(id) else {
            throw TokenizerError(
                .invalidSpecialToken,
                "tokenizer.ggml.\(name)_token_id is \(id); the vocabulary has \(count) tokens."
            )
        }
        return Int32(id)
    }

    /// The ids that llama.cpp assumes.
    ///
    /// Byte-pair models have none here: its assumption for them, Falcon's 11, is a comma or the
    /// like in all other vocabularies.
    private mutating func takeDefaults(of model: Vocabulary.Model, count: Int) {
        func take(_ role: inout Int32?, _ id: Int32) {
            if role == nil, id < count { role = id }
        }
        switch model {
        case .bytePair, .gemma4: break
        case .sentencePiece:
            take(&beginning, 1)
            take(&end, 2)
            take(&unknown, 0)
        case .unigram:
            take(&end, 1)
            take(&unknown, 2)
            take(&padding, 0)
        case .wordPiece:
            take(&beginning, 101)
            take(&unknown, 100)
            take(&separator, 102)
            take(&padding, 0)
            take(&mask, 103)
        }
    }

    private mutating func takeFlags(
        _ vocabulary: Vocabulary,
        addsBeginning byRule: Bool
    ) throws(TokenizerError) {
        let byKind = vocabulary.model == .sentencePiece || vocabulary.model == .wordPiece
        try Self.check(vocabulary.addsBeginning, beginning, "bos")
        try Self.check(vocabulary.addsEnd, end, "eos")
        addsBeginning = beginning != nil && vocabulary.addsBeginning ?? (byKind || byRule)
        addsEnd = end != nil && vocabulary.addsEnd ?? (vocabulary.model == .unigram)
    }

    private static func check(
        _ isAdded: Bool?,
        _ id: Int32?,
        _ name: String
    ) throws(TokenizerError) {
        guard isAdded == true, id == nil else { return }
        throw TokenizerError(
            .invalidSpecialToken,
            "tokenizer.ggml.add_\(name)_token is true; tokenizer.ggml.\(name)_token_id is missing."
        )
    }
}
