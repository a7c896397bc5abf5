/// Why a grammar cannot be used.
package struct GrammarError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    package enum Code: Sendable, Equatable {
        /// The text of a grammar, an expression or a schema is malformed.
        case syntax
        /// It asks for something that cannot be enforced token by token.
        case unsupported
        /// It is too large or too deep.
        case limit
        /// Nothing at all can match it.
        case unsatisfiable
    }

    /// What kind of failure it is.
    package let code: Code
    /// One sentence: what, where (line, offset, or path in the schema), what was expected.
    package let message: String

    /// An error.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    package var description: String { message }
}
