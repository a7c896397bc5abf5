/// A table without lines: columns of equal width, four spaces apart.
struct Table {
    private static let gap = "    "

    /// What stands above the columns; empty for no such row.
    var headers: [String] = []
    /// The rows, of as many cells as there are columns.
    var rows: [[String]] = []
    /// What stands before every row.
    var margin = ""

    /// The table, every row with its line end.
    var text: String {
        let all = headers.isEmpty ? rows : [headers] + rows
        let columns = all.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            all.map { $0.indices.contains(column) ? DisplayWidth.of($0[column]) : 0 }.max() ?? 0
        }
        return all.map { line(of: $0, widths) + "\n" }.joined()
    }

    private func line(of row: [String], _ widths: [Int]) -> String {
        let cells = zip(row, widths).map { cell, width in
            cell + String(repeating: " ", count: width - DisplayWidth.of(cell))
        }
        var line = margin + cells.joined(separator: Self.gap)
        while line.last == " " { line.removeLast() }
        return line
    }
}
