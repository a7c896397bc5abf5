/// A vocabulary that cannot be used: what was wrong, where, and what was expected.
package struct TokenizerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of defect it is; callers switch on this, never on the message.
    package enum Code: Sendable, Equatable {
        /// The vocabulary has no tokens.
        case emptyVocabulary
        /// More tokens, merges or bytes than a real vocabulary has.
        case tooLarge
        /// Two arrays that go together differ in length.
        case lengthMismatch
        /// A score is NaN or infinite.
        case invalidScore
        /// A special token's id is outside the vocabulary, or needed and missing.
        case invalidSpecialToken
        /// `tokenizer.ggml.model` names a kind that is not supported.
        case unknownModel
        /// `tokenizer.ggml.pre` names a rule that is not known.
        case unknownPreTokenizer
        /// The precompiled character map is malformed.
        case invalidCharacterMap
    }

    /// What callers switch on.
    package let code: Code
    /// One sentence for the person who has the file.
    package let message: String

    /// An error with a message for people.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    package var description: String { message }
}
