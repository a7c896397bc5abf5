internal import ApusSampling
internal import ApusTokenizers

extension GrammarVocabulary {
    /// The tokens of a model as grammars see them.
    convenience init(_ tokenizer: Tokenizer) {
        self.init(
            count: tokenizer.count,
            bytes: { token in
                switch tokenizer.kind(of: token) {
                case .normal, .userDefined, .byte: tokenizer.bytes(of: token)
                case .control, .unknown, .unused, nil: nil
                }
            },
            specialText: { token in
                switch tokenizer.kind(of: token) {
                case .control, .userDefined: tokenizer.text(of: token)
                case .normal, .unknown, .unused, .byte, nil: nil
                }
            },
            endOfGeneration: tokenizer.special.endOfGeneration
        )
    }
}
