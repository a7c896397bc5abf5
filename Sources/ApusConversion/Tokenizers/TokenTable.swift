/// A vocabulary in GGUF's terms, before special tokens are known.
struct TokenTable: Sendable {
    /// The value of `tokenizer.ggml.model`.
    var model: String
    /// The value of `tokenizer.ggml.pre`; empty where the model has none.
    var preTokenizer = ""
    /// One text a token.
    private(set) var tokens: [String] = []
    /// One `tokenizer.ggml.token_type` a token.
    private(set) var kinds: [Int32] = []
    /// One score a token; empty for models without.
    private(set) var scores: [Float] = []
    /// `left right`, most frequent first.
    var merges: [String] = []
    /// Metadata of the kind alone, by their names after `tokenizer.ggml.`.
    var flags: [String: Bool] = [:]
    /// What GGUF has no words for, by its names after `apus.tokenizer.`; only this program reads it.
    var ownFlags: [String: Bool] = [:]
    /// `tokenizer.ggml.precompiled_charsmap`.
    var characterMap: [UInt8] = []
    /// The token for unknown text, where the vocabulary names it.
    var unknown: Int?
    /// Whether texts begin with BOS and end with EOS, where the vocabulary says so.
    var addsBeginning: Bool?
    var addsEnd: Bool?

    // Values of `tokenizer.ggml.token_type`.
    static let normal: Int32 = 1
    static let unknownKind: Int32 = 2
    static let control: Int32 = 3
    static let userDefined: Int32 = 4
    static let unused: Int32 = 5
    static let byte: Int32 = 6

    private var ids: [String: Int] = [:]
    private let rows: Int

    /// A table of as many tokens as the embedding has rows; those that nobody sets are padding.
    init(model: String, rows: Int) {
        self.model = model
        self.rows = rows
        tokens = (0..<rows).map { "[PAD\($0)]" }
        kinds = Array(repeating: Self.unused, count: rows)
    }

    /// Sets a token.
    ///
    /// - Throws: `ConversionError` `badTokenizer` for an id without a row in the embedding.
    mutating func set(
        _ id: Int?,
        _ text: String,
        kind: Int32,
        score: Float? = nil
    ) throws(ConversionError) {
        guard let id, 0..<rows ~= id else {
            throw ConversionError(
                .badTokenizer,
                "Token '\(text.prefix(80))' has number \(id.map(String.init) ?? "none"), but the "
                    + "embedding has \(rows) rows."
            )
        }
        tokens[id] = text
        kinds[id] = kind
        ids[text] = id
        if let score {
            if scores.isEmpty { scores = Array(repeating: 0, count: rows) }
            scores[id] = score
        }
    }

    /// The number of the token with this text.
    func id(of text: String) -> Int? { ids[text] }

    /// Whether the text is how SentencePiece writes a byte: `<0x0A>`.
    static func isByte(_ text: String) -> Bool {
        text.utf8.count == 6 && text.hasPrefix("<0x") && text.hasSuffix(">")
            && UInt8(text.dropFirst(3).dropLast(), radix: 16) != nil
    }
}
