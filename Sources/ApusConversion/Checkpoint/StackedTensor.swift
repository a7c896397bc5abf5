/// A tensor of the GGUF file: one tensor of the checkpoint or several stacked, perhaps with the
/// rows of each head in another order.
struct StackedTensor: Sendable {
    /// The parts, of equal shape.
    let parts: [CheckpointTensor]
    /// Whether the parts are experts, so that the shape has a dimension more.
    let isStack: Bool
    /// Heads whose rows are reordered; nil leaves rows as they are.
    let turnedHeads: Int?

    /// Outermost dimension first.
    var shape: [Int] {
        let shape = parts.first?.shape ?? []
        return isStack ? [parts.count] + shape : shape
    }

    /// Fills in some weights, in row order of the stack.
    func read(_ range: Range<Int>, into floats: UnsafeMutableBufferPointer<Float>) throws {
        let partCount = parts.first?.count ?? 0
        guard partCount > 0 else { return }
        let columns = turnedHeads == nil ? partCount : partCount / (parts[0].shape.first ?? 1)
        var position = range.lowerBound
        while position < range.upperBound {
            let (part, inside) = position.quotientAndRemainder(dividingBy: partCount)
            let (row, column) = inside.quotientAndRemainder(dividingBy: columns)
            let count = min(columns - column, range.upperBound - position)
            let start = sourceRow(row) * columns + column
            let offset = position - range.lowerBound
            try parts[part].read(
                start..<start + count,
                into: UnsafeMutableBufferPointer(rebasing: floats[offset..<offset + count])
            )
            position += count
        }
    }

    /// The row of the checkpoint that becomes `row`.
    ///
    /// transformers turns number j of a head together with number j + half of it; GGUF's `llama`
    /// turns neighbours, so the two halves are interleaved.
    private func sourceRow(_ row: Int) -> Int {
        guard let turnedHeads, let rows = parts.first?.shape.first else { return row }
        let size = rows / turnedHeads
        let (head, inside) = row.quotientAndRemainder(dividingBy: size)
        return head * size + inside % 2 * (size / 2) + inside / 2
    }
}
