/// Why a chat template cannot be used, or cannot render a conversation.
package struct ChatError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is, for callers that decide by it.
    package enum Code: Sendable {
        /// The template's text is malformed.
        case syntax
        /// The template does something impossible with this conversation.
        case evaluation
        /// The template itself refuses the conversation.
        case raised
        /// The template takes too many steps, writes too much or nests too deep.
        case limit
        /// The template's language lacks what was asked for.
        case unsupported
    }

    /// What kind of failure it is.
    package let code: Code
    /// The line of the template, counted from 1, where there is one to name.
    package let line: Int?
    /// One sentence for people, naming the line.
    package let message: String

    /// An error; a `line` becomes part of the message.
    package init(_ code: Code, line: Int? = nil, _ problem: String) {
        self.code = code
        self.line = line
        message =
            line.map { "Chat template, line \($0): \(problem)" } ?? "Chat template: \(problem)"
    }

    /// The message.
    package var description: String { message }
}
