/// Breaks text between words as it streams onto a terminal.
///
/// A word is shown while it grows; when it turns out not to fit, it is taken back and begins the
/// next row. Words as long as a row are broken, and so are scripts that are written without spaces.
struct WordWrap: Sendable {
    private let limit: Int
    private var column = 0
    private var word = ""
    private var wordWidth = 0

    /// For a terminal of so many columns; some at the right edge stay free.
    init(width: Int) { limit = max(10, width - 5) }

    /// What to send to the terminal for `text`.
    mutating func append(_ text: String) -> String {
        var output = ""
        for character in text { append(character, to: &output) }
        return output
    }

    private mutating func append(_ character: Character, to output: inout String) {
        if character.isNewline {
            output += "\n"
            column = 0
            endWord()
            return
        }
        let width = character == "\t" ? 8 - column % 8 : DisplayWidth.of(character)
        if character.isWhitespace {
            space(character, width, to: &output)
        } else {
            if column + width > limit { breakRow(to: &output) }
            output.append(character)
            column += width
            word.append(character)
            wordWidth += width
            if width == 2 { endWord() }
        }
    }

    private mutating func space(_ character: Character, _ width: Int, to output: inout String) {
        endWord()
        if column + width > limit {
            output += "\n"
            column = 0
        } else {
            output.append(character)
            column += width
        }
    }

    /// Begins a new row with the word that did not fit.
    private mutating func breakRow(to output: inout String) {
        if wordWidth == 0 || wordWidth == column {
            output += "\n"
            column = 0
            endWord()
        } else {
            output += "\u{1B}[\(wordWidth)D\u{1B}[K\n" + word
            column = wordWidth
        }
    }

    private mutating func endWord() {
        word = ""
        wordWidth = 0
    }
}
