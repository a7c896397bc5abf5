/// What somebody did on the keyboard, as far as the line editor cares.
enum Key: Sendable, Equatable {
    /// A scalar to insert; several may make one character.
    case text(Unicode.Scalar)
    /// Text that was pasted, line ends as `\n`.
    case paste(String)
    /// The line is to be submitted.
    case enter
    /// A line end is to be inserted.
    case newline
    case left, right, up, down
    case home, end
    case wordLeft, wordRight
    case backspace, delete
    case killWord, killToStart, killToEnd
    /// Inserts what was killed last.
    case yank
    case clearScreen
    case interrupt
    /// The end of input on an empty line, else the same as `delete`.
    case endOfInput
    case suspend
}
