/// Text to token ids and back, for one vocabulary.
///
/// Follows llama.cpp in what GGUF metadata means, and the models' original tokenizers in how text
/// is cut (``PreTokenizerRule``). Copies share storage. Thread-safe.
///
/// No text and no token id traps: ids outside the vocabulary have no text.
package struct Tokenizer: Sendable {
    /// What a tokenizer is made of; never changes.
    final class Storage: Sendable {
        let kinds: [TokenKind]
        let texts: TextIndex
        /// The bytes each token stands for.
        let pieces: ByteStrings
        let special: SpecialTokens
        let matcher: SpecialTokenMatcher
        let model: any TokenizationModel
        let kind: Vocabulary.Model
        let addsSpacePrefix: Bool
        let addsOneSpaceAtMost: Bool
        let addsSpaceAtStartOnly: Bool

        init(_ vocabulary: Vocabulary) throws(TokenizerError) {
            try vocabulary.validate()
            let entry = try Self.entry(vocabulary)
            var vocabulary = vocabulary
            // Gemma 4 needs BOS; its first files say otherwise.
            if entry.mergesCharacters, entry.addsBeginning { vocabulary.addsBeginning = nil }
            var texts = TextIndex(
                capacity: vocabulary.tokens.count,
                bytes: vocabulary.tokens.count * 7
            )
            for token in vocabulary.tokens { texts.append(token.utf8) }
            var kinds = vocabulary.kinds.map(TokenKind.init(metadata:))
            if kinds.isEmpty {
                kinds = [TokenKind](repeating: .normal, count: vocabulary.tokens.count)
            }
            let special = try SpecialTokens(
                vocabulary,
                texts,
                &kinds,
                addsBeginning: entry.addsBeginning
            )
            addsSpacePrefix = vocabulary.addsSpacePrefix ?? (vocabulary.model == .sentencePiece)
            addsOneSpaceAtMost = vocabulary.addsOneSpaceAtMost
            addsSpaceAtStartOnly = vocabulary.addsSpaceAtStartOnly
            model = try Self.model(
                vocabulary,
                kinds,
                entry,
                addsSpacePrefix: addsSpacePrefix,
                ByteFallback(texts, unknown: special.unknown),
                special.unknown
            )
            pieces = Self.pieces(vocabulary, kinds, charactersNotBytes: entry.mergesCharacters)
            matcher = SpecialTokenMatcher(
                texts,
                kinds,
                WhitespaceQuirks(vocabulary, texts, kinds)
            )
            kind = vocabulary.model
            self.kinds = kinds
            self.texts = texts
            self.special = special
        }
    }

    let storage: Storage

    /// Complexity: linear in the vocabulary and its merges, sorted for unigram and WordPiece; a
    /// quarter of a second for 128,000 tokens and 280,000 merges, half a second for 250,000
    /// unigram tokens.
    ///
    /// Throws: a ``TokenizerError`` for a vocabulary that contradicts itself or names something
    /// unknown.
    package init(_ vocabulary: Vocabulary) throws(TokenizerError) {
        storage = try Storage(vocabulary)
    }

    /// The number of tokens.
    package var count: Int { storage.kinds.count }

    /// The tokens with a role.
    package var special: SpecialTokens { storage.special }

    /// Whether generation ends with this token.
    package func isEndOfGeneration(_ token: Int32) -> Bool {
        storage.special.endOfGeneration.contains(token)
    }

    /// Whether the token steers the model and is no text; false for ids outside the vocabulary.
    package func isControl(_ token: Int32) -> Bool {
        kind(of: token) == .control
    }

    /// The kind of a token, or `nil` for ids outside the vocabulary.
    package func kind(of token: Int32) -> TokenKind? {
        storage.kinds.indices.contains(Int(token)) ? storage.kinds[Int(token)] : nil
    }

    /// The token with exactly this text in the vocabulary, where a space may be written otherwise.
    package func tokenID(forText text: String) -> Int32? {
        storage.texts.id(of: text)
    }

    /// The token's text as the vocabulary writes it, or `nil` for ids outside it.
    package func text(of token: Int32) -> String? {
        guard storage.kinds.indices.contains(Int(token)) else { return nil }
        let strings = storage.texts.strings
        return String(decoding: strings.bytes[strings.range(Int(token))], as: UTF8.self)
    }

    /// The names that `tokenizer.ggml.pre` may have.
    package static var preTokenizerNames: [String] { PreTokenizerCatalog.names }
}

extension Tokenizer.Storage {
    private static func entry(
        _ vocabulary: Vocabulary
    ) throws(TokenizerError) -> PreTokenizerEntry {
        switch vocabulary.model {
        case .bytePair: try PreTokenizerCatalog.entry(named: vocabulary.preTokenizer)
        case .gemma4: try PreTokenizerCatalog.entry(named: "gemma4")
        case .sentencePiece, .unigram, .wordPiece: PreTokenizerEntry(rule: .unnamed)
        }
    }

    private static func model(
        _ vocabulary: Vocabulary,
        _ kinds: [TokenKind],
        _ entry: PreTokenizerEntry,
        addsSpacePrefix: Bool,
        _ fallback: ByteFallback,
        _ unknown: Int32?
    ) throws(TokenizerError) -> any TokenizationModel {
        switch vocabulary.model {
        case .bytePair, .gemma4:
            BytePairModel(vocabulary, kinds: kinds, entry: entry, fallback: fallback)
        case .sentencePiece:
            SentencePieceModel(
                vocabulary,
                kinds: kinds,
                addsSpacePrefix: addsSpacePrefix,
                fallback: fallback
            )
        case .unigram:
            try UnigramModel(
                vocabulary,
                kinds: kinds,
                addsSpacePrefix: addsSpacePrefix,
                fallback: fallback
            )
        case .wordPiece:
            WordPieceModel(vocabulary, kinds: kinds, unknown: unknown)
        }
    }

    /// What each token stands for: special and user-defined tokens for their text.
    private static func pieces(
        _ vocabulary: Vocabulary,
        _ kinds: [TokenKind],
        charactersNotBytes: Bool
    ) -> ByteStrings {
        var pieces = ByteStrings()
        pieces.reserve(kinds.count, bytes: kinds.count * 6)
        for (token, kind) in zip(vocabulary.tokens, kinds) {
            switch kind {
            case .control, .unknown, .userDefined: pieces.append(token.utf8)
            case .unused: pieces.append([])
            case .byte: pieces.append(ByteFallback.byte(of: token).map { [$0] } ?? [])
            case .normal:
                if vocabulary.model == .bytePair, !charactersNotBytes {
                    let bytes = ByteAlphabet.bytes(of: token)
                    pieces.append(bytes ?? Array(token.utf8))
                } else {
                    pieces.append(SpaceEscape.unescaped(token))
                }
            }
        }
        return pieces
    }
}
