/// Where the text of a line editor lies on a screen of some width.
///
/// Long lines go on in the next row; rows never rely on the terminal to wrap them.
struct LineLayout: Sendable, Equatable {
    /// What stands before the text.
    struct Prompt: Sendable, Equatable {
        /// Before the first line.
        var first = ">>> "
        /// Before the others.
        var others = "... "
        /// Shown while there is no text.
        var placeholder = ""
    }

    /// The rows, prompts included.
    private(set) var rows: [String] = [""]
    /// The row of the cursor.
    private(set) var cursorRow = 0
    /// The column of the cursor.
    private(set) var cursorColumn = 0
    private let width: Int
    private var column = 0

    /// Lays out `buffer`; `dimmed` makes the placeholder look like one.
    init(
        _ buffer: EditBuffer,
        prompt: Prompt,
        width: Int,
        dimmed: (String) -> String = { $0 }
    ) {
        self.width = max(2, width)
        place(prompt.first)
        for (position, character) in buffer.characters.enumerated() {
            if position == buffer.cursor { markCursor() }
            switch character {
            case "\n":
                breakRow()
                place(prompt.others)
            case "\t": place("    ")
            default: place(character)
            }
        }
        if buffer.cursor == buffer.characters.count { markCursor() }
        if buffer.isEmpty, !prompt.placeholder.isEmpty {
            let room = self.width - 1 - column
            let visible = String(prompt.placeholder.prefix(max(0, room)))
            rows[rows.count - 1] += dimmed(visible)
        }
    }

    /// As much as fits into `height` rows, around the cursor.
    func window(height: Int) -> LineLayout {
        let height = max(1, height)
        guard rows.count > height else { return self }
        let first = min(max(0, cursorRow - height + 1), rows.count - height)
        var window = self
        window.rows = Array(rows[first..<first + height])
        window.cursorRow = cursorRow - first
        return window
    }

    private mutating func place(_ text: String) {
        for character in text { place(character) }
    }

    private mutating func place(_ character: Character) {
        let size = DisplayWidth.of(character)
        if column + size > width { breakRow() }
        rows[rows.count - 1].append(character)
        column += size
    }

    private mutating func breakRow() {
        rows.append("")
        column = 0
    }

    /// The cursor is where the next character would go.
    private mutating func markCursor() {
        if column >= width { breakRow() }
        cursorRow = rows.count - 1
        cursorColumn = column
    }
}
