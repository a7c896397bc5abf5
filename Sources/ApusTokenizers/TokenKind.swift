/// What a token is for; the values of `tokenizer.ggml.token_type`.
package enum TokenKind: Int32, Sendable, CaseIterable {
    /// Ordinary text.
    case normal = 1
    /// Stands for text that the vocabulary cannot express.
    case unknown = 2
    /// Steers the model (begin, end, roles); never produced from user text unless asked for.
    case control = 3
    /// Text that is always matched as a whole, before anything else.
    case userDefined = 4
    /// Padding of the table, or a value that GGUF does not define; renders as nothing.
    case unused = 5
    /// One byte, written `<0xHH>`.
    case byte = 6

    /// The kind a metadata value stands for; values that GGUF does not define are `unused`.
    package init(metadata value: Int32) {
        self = TokenKind(rawValue: value) ?? .unused
    }

    /// Whether the token is hidden when special tokens are skipped.
    var isSpecial: Bool { self == .control || self == .unknown }
}
