/// Draws layouts over each other: what to send to the terminal so that it shows the new one.
struct LineScreen: Sendable {
    /// Columns of what is shown: of each row before the cursor's, then of the cursor itself.
    private var widths = [0]
    /// Rows below the cursor's.
    private var rowsBelow = 0

    /// The text that replaces what is shown by `layout`, on a terminal of so many columns.
    ///
    /// When it had more columns before, it has broken our rows meanwhile.
    mutating func draw(_ layout: LineLayout, width: Int) -> String {
        var text = "\u{1B}[?25l\r"
        let above = widths.dropLast().reduce(0) { $0 + max(1, ($1 + width - 1) / width) }
        let rows = above + (widths.last ?? 0) / width
        if rows > 0 { text += "\u{1B}[\(rows)A" }
        text += "\u{1B}[J"
        text += layout.rows.joined(separator: "\r\n")
        rowsBelow = layout.rows.count - 1 - layout.cursorRow
        if rowsBelow > 0 { text += "\u{1B}[\(rowsBelow)A" }
        text += "\r"
        if layout.cursorColumn > 0 { text += "\u{1B}[\(layout.cursorColumn)C" }
        text += "\u{1B}[?25h"
        widths = layout.rows[..<layout.cursorRow].map { min(DisplayWidth.of($0), width) }
        widths.append(layout.cursorColumn)
        return text
    }

    /// The text that moves the cursor below what is shown; the next drawing begins there.
    mutating func leave() -> String {
        let text = rowsBelow > 0 ? "\u{1B}[\(rowsBelow)B" : ""
        self = LineScreen()
        return text + "\r\n"
    }

    /// The text that empties the screen; the next drawing begins at its top.
    mutating func clear() -> String {
        self = LineScreen()
        return "\u{1B}[H\u{1B}[2J"
    }
}
