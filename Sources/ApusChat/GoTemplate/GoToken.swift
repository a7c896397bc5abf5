/// A piece of a template in Go's language.
struct GoToken: Equatable {
    /// What a piece is.
    enum Kind: Equatable {
        case text, leftDelimiter, rightDelimiter, space
        case leftParenthesis, rightParenthesis, pipe, comma, assign, declare
        /// `.`
        case dot
        /// `.Name`, the point included.
        case field
        /// `$` or `$name`, the dollar sign included.
        case variable
        case identifier
        /// A word of the language: `if`, `end`, `nil`, …
        case keyword
        case bool, number, character
        /// A string, its escapes already resolved.
        case string
        case end
    }

    let kind: Kind
    let text: String
    /// Counted from 1.
    let line: Int

    func isKeyword(_ word: String) -> Bool { kind == .keyword && text == word }

    /// How messages name it.
    var described: String {
        switch kind {
        case .end: "the end of the template"
        case .rightDelimiter: "\"}}\""
        case .leftDelimiter: "\"{{\""
        default: "\"\(text.prefix(40))\""
        }
    }
}
