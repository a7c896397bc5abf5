/// The rows that one step of a model computes, and where each row's past lies in the cache.
///
/// Rows of one sequence are consecutive. A step first stores its rows' keys and values in the
/// pages, then every row attends to all earlier positions of its own sequence.
package struct Batch: Sendable {
    /// The rows of one sequence.
    package struct Sequence: Sendable {
        /// Index of its first row in the batch.
        package var firstRow: Int
        /// How many rows it has.
        package var count: Int
        /// Position of its first row; all positions before are in the pages already.
        package var firstPosition: Int
        /// Cache pages of positions 0, `KVCache.pageTokens`, …, as many as the last row needs.
        package var pages: [Int32]

        package init(firstRow: Int, count: Int, firstPosition: Int, pages: [Int32]) {
            self.firstRow = firstRow
            self.count = count
            self.firstPosition = firstPosition
            self.pages = pages
        }
    }

    /// Token of every row: [rows].
    package private(set) var tokens: [Int32] = []
    /// Position of every row in its sequence: [rows].
    package private(set) var positions: [Int32] = []
    /// The sequences, in the order of their rows.
    package private(set) var sequences: [Sequence] = []
    /// Rows whose result is wanted, ascending: [outputs].
    package private(set) var outputs: [Int32] = []

    package init() {}

    /// Number of rows.
    package var count: Int { tokens.count }

    /// Adds the next rows of a sequence.
    ///
    /// - `position`: of the first of `tokens`.
    /// - `pages`: of the whole sequence, the new rows included.
    /// - `wanted`: how many of the last rows are outputs.
    package mutating func append(
        _ tokens: some Collection<Int32>,
        at position: Int,
        pages: [Int32],
        wanted: Int
    ) {
        precondition(pages.count * KVCache.pageTokens >= position + tokens.count, "pages missing")
        let first = self.tokens.count
        sequences.append(
            Sequence(
                firstRow: first,
                count: tokens.count,
                firstPosition: position,
                pages: pages
            )
        )
        self.tokens.append(contentsOf: tokens)
        positions.append(contentsOf: (0..<tokens.count).map { Int32(position + $0) })
        outputs.append(
            contentsOf: (tokens.count - wanted..<tokens.count).map { Int32(first + $0) }
        )
    }
}
