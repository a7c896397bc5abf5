/// Everything a tokenizer is made from: the plain values of a model file's `tokenizer.ggml.*` keys.
///
/// Optional values that are `nil` take the default of the model kind, as llama.cpp sets them.
/// Nothing is checked here; ``Tokenizer/init(_:)`` checks everything.
package struct Vocabulary: Sendable {
    /// The algorithm, by its name in `tokenizer.ggml.model`.
    package enum Model: String, Sendable, CaseIterable {
        /// Byte-level byte-pair encoding with merges.
        case bytePair = "gpt2"
        /// Byte-pair encoding over characters, spaces written U+2581, with byte fallback.
        case gemma4
        /// SentencePiece byte-pair encoding: merges are driven by scores.
        case sentencePiece = "llama"
        /// SentencePiece unigram: the most probable segmentation.
        case unigram = "t5"
        /// BERT's greedy longest match.
        case wordPiece = "bert"

        /// Throws: `unknownModel` for any other name, listing the supported ones.
        package init(metadata name: String) throws(TokenizerError) {
            guard let model = Model(rawValue: name) else {
                let known = Model.allCases.map(\.rawValue).joined(separator: ", ")
                throw TokenizerError(
                    .unknownModel,
                    "tokenizer.ggml.model is '\(name)'; supported are \(known)."
                )
            }
            self = model
        }
    }

    /// Token ids by role (`tokenizer.ggml.*_token_id`), as stored, unchecked.
    package struct SpecialIDs: Sendable {
        /// BOS (BERT: `[CLS]`).
        package var beginning: Int?
        /// EOS.
        package var end: Int?
        /// All tokens that end a generation, where there are several.
        package var ends: [Int] = []
        /// EOT: ends what one side of a chat says.
        package var endOfTurn: Int?
        /// EOM: ends a message that calls for a tool.
        package var endOfMessage: Int?
        /// Stands for text without tokens.
        package var unknown: Int?
        /// SEP: ends BERT's inputs.
        package var separator: Int?
        /// Fills up batches.
        package var padding: Int?
        /// Stands for a token to be guessed.
        package var mask: Int?
        /// Comes before the text that precedes the gap, when filling in the middle.
        package var infillPrefix: Int?
        /// Comes before the text that follows the gap.
        package var infillSuffix: Int?
        /// Comes before what fills the gap.
        package var infillMiddle: Int?
        /// Fills up infill inputs.
        package var infillPadding: Int?
        /// Comes before the name of a repository.
        package var infillRepository: Int?
        /// Separates files.
        package var infillFile: Int?

        /// No roles.
        package init() {}
    }

    /// The algorithm.
    package var model: Model
    /// The rule in `tokenizer.ggml.pre`, read for byte-pair models; empty means the default.
    package var preTokenizer = ""
    /// The text of each token, by id, as the file writes it.
    package var tokens: [String]
    /// One score a token, or empty for all zero; higher merges first.
    package var scores: [Float] = []
    /// One `tokenizer.ggml.token_type` value a token, or empty for all normal.
    package var kinds: [Int32] = []
    /// `left right`, most frequent first.
    package var merges: [String] = []
    /// The ids of tokens with a role.
    package var special = SpecialIDs()
    /// Whether BOS is added (`add_bos_token`; the next is `add_eos_token`).
    package var addsBeginning: Bool?
    /// Whether EOS is added.
    package var addsEnd: Bool?
    /// `add_space_prefix`.
    package var addsSpacePrefix: Bool?
    /// Whether no space is put before a text that begins with one; SentencePiece puts a second one
    /// there, Hugging Face's `Metaspace` does not.
    package var addsOneSpaceAtMost = false
    /// Whether a space is put before the very beginning only, not behind special tokens.
    package var addsSpaceAtStartOnly = false
    /// `remove_extra_whitespaces`; unigram only.
    package var removesExtraWhitespace: Bool?
    /// `normalizer.lowercase` and `normalizer.strip_accents`; WordPiece only.
    package var lowercases: Bool?
    /// Whether accents are dropped; as `lowercases` when `nil`.
    package var stripsAccents: Bool?
    /// `precompiled_charsmap`; unigram only.
    package var characterMap: [UInt8] = []
    /// `general.name` and `general.architecture`: the only trace in a file of tokens that swallow
    /// the whitespace beside them (``WhitespaceQuirks``).
    package var modelName = ""
    /// See `modelName`.
    package var architecture = ""

    /// A vocabulary of normal tokens without scores, merges or roles.
    package init(model: Model, tokens: [String]) {
        self.model = model
        self.tokens = tokens
    }
}
