package import ApusFormats

/// A tensor as the file describes it; `GGUFFile.bytes(of:)` gives its data.
package struct GGUFTensor: Hashable, Sendable {
    /// The name in the file, such as `blk.0.attn_q.weight`.
    package let name: String
    /// How the weights are encoded.
    package let format: BlockFormat
    /// Dimensions, outermost first: a matrix is `[rows, columns]`, experts `[experts, rows, columns]`.
    ///
    /// The file stores them the other way round; they are turned once, while reading. At most four
    /// dimensions, none of them zero; empty for a single number.
    package let shape: [Int]
    /// Bytes of data.
    package let byteCount: Int
    /// Which part of a split model holds the data; 0 for a single file.
    package let fileIndex: Int
    /// Where the data starts, from the beginning of that file.
    package let offset: Int

    /// Number of weights.
    package var elementCount: Int { shape.reduce(1, *) }
}
