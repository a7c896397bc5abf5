package import ApusFormats

/// A matrix of the model, or a stack of equal matrices, packed in its file's block format.
///
/// Shape [rows, columns], or [experts, rows, columns] when `experts` is more than 1; a row is
/// contiguous. The bytes are those of the mapped file and belong to whoever opened it.
package struct Weight: @unchecked Sendable {
    // Safe: the bytes are never written and outlive the model that holds this value.

    /// How the numbers are packed.
    package let format: BlockFormat
    /// Matrices in the stack; 1 for an ordinary weight.
    package let experts: Int
    /// Outputs of one matrix.
    package let rows: Int
    /// Inputs of one matrix.
    package let columns: Int
    /// Bytes of one row.
    package let rowBytes: Int
    /// The packed numbers.
    package let bytes: UnsafeRawBufferPointer

    /// A weight over bytes that outlive it; nil when the bytes are not exactly the shape's.
    package init?(
        format: BlockFormat,
        experts: Int = 1,
        rows: Int,
        columns: Int,
        bytes: UnsafeRawBufferPointer
    ) {
        guard let rowBytes = format.byteCount(shape: [columns]),
            format.byteCount(shape: [experts, rows, columns]) == bytes.count,
            bytes.baseAddress != nil
        else { return nil }
        self.format = format
        self.experts = experts
        self.rows = rows
        self.columns = columns
        self.rowBytes = rowBytes
        self.bytes = bytes
    }

    /// Start of matrix `expert`.
    func address(expert: Int = 0) -> UnsafeRawPointer? {
        bytes.baseAddress.map { $0 + expert * rows * rowBytes }
    }
}

/// A row of 32-bit floats that belongs to the model: a norm's scale or a bias, [count].
package struct Parameter: Sendable {
    /// The numbers.
    package let values: [Float]

    /// A parameter with these numbers.
    package init(_ values: [Float]) { self.values = values }

    /// How many numbers.
    package var count: Int { values.count }
}
