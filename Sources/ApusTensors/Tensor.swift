/// A matrix of 32-bit floats in a backend's arena: [rows, columns].
///
/// Activations are rows of a batch; vectors of heads lie side by side in a row. A tensor is only a
/// place in the arena, so copying it copies no numbers, and it is valid until the scope in which
/// it was made ends (`Backend.scoped`).
package struct Tensor: Sendable, Equatable {
    /// First element, counted in floats from the start of the arena.
    package let offset: Int
    /// Number of rows.
    package let rows: Int
    /// Floats in a row.
    package let columns: Int
    /// Floats from one row to the next; more than `columns` for a view of some columns.
    package let stride: Int

    package init(offset: Int, rows: Int, columns: Int, stride: Int) {
        self.offset = offset
        self.rows = rows
        self.columns = columns
        self.stride = stride
    }

    /// A view of `count` columns from `first` on: [rows, count].
    ///
    /// Precondition: the columns lie inside the tensor.
    package func columns(_ first: Int, count: Int) -> Tensor {
        precondition(first >= 0 && count >= 0 && first + count <= columns, "columns out of range")
        return Tensor(offset: offset + first, rows: rows, columns: count, stride: stride)
    }

    /// A view of `count` rows from `first` on: [count, columns].
    ///
    /// Precondition: the rows lie inside the tensor.
    package func rows(_ first: Int, count: Int) -> Tensor {
        precondition(first >= 0 && count >= 0 && first + count <= rows, "rows out of range")
        return Tensor(
            offset: offset + first * stride,
            rows: count,
            columns: columns,
            stride: stride
        )
    }
}
