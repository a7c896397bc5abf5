@testable import apus

/// A small model of a terminal: what a person would see after some output.
struct ScreenModel {
    let width: Int
    /// Cells of every row; the second half of a wide character is the empty string.
    private var cells: [[String]] = [[]]
    private(set) var row = 0
    private(set) var column = 0
    private var pendingWrap = false

    init(width: Int) { self.width = width }

    /// The rows without spaces at their ends.
    var rows: [String] {
        cells.map { row in
            var text = row.joined()
            while text.last == " " { text.removeLast() }
            return text
        }
    }

    mutating func write(_ text: String) {
        var rest = Substring(text)
        while let character = rest.popFirst() {
            switch character {
            case "\u{1B}": sequence(&rest)
            case "\r": (column, pendingWrap) = (0, false)
            case "\n", "\r\n":
                (column, pendingWrap) = (0, false)
                moveDown()
            default: put(character)
            }
        }
    }

    private mutating func sequence(_ rest: inout Substring) {
        guard rest.first == "[" else { return }
        rest.removeFirst()
        let parameters = rest.prefix { $0.isNumber || $0 == ";" || $0 == "?" }
        rest = rest.dropFirst(parameters.count)
        guard let final = rest.popFirst() else { return }
        let count = Int(parameters) ?? 1
        pendingWrap = false
        switch final {
        case "A": row = max(0, row - count)
        case "B": for _ in 0..<count { moveDown() }
        case "C": column = min(width - 1, column + count)
        case "D": column = max(0, column - count)
        case "H": (row, column) = (0, 0)
        case "J" where parameters == "2": cells = [[]]
        case "J":
            cells[row] = Array(cells[row].prefix(column))
            cells.removeLast(cells.count - row - 1)
        case "K": cells[row] = Array(cells[row].prefix(column))
        default: break
        }
    }

    private mutating func moveDown() {
        row += 1
        if row == cells.count { cells.append([]) }
    }

    private mutating func put(_ character: Character) {
        let size = DisplayWidth.of(character)
        if size == 0 { return }
        if pendingWrap || column + size > width {
            (column, pendingWrap) = (0, false)
            moveDown()
        }
        while cells[row].count < column + size { cells[row].append(" ") }
        cells[row][column] = String(character)
        if size == 2 { cells[row][column + 1] = "" }
        column += size
        if column == width { (column, pendingWrap) = (width - 1, true) }
    }
}
