/// What an adapter adds to a matrix W: `scale * B A`, so that a row x gives `scale * (x A^T) B^T`
/// more (Hu and others 2021, LoRA).
///
/// For a stack of experts, A and B are stacks as long.
package struct LowRankUpdate: Sendable {
    /// A: [rank, inputs].
    package let down: Weight
    /// B: [outputs, rank].
    package let up: Weight
    /// Factor on the product.
    package let scale: Float

    /// An update of these two.
    ///
    /// Precondition: the rank is the same in both.
    package init(down: Weight, up: Weight, scale: Float) {
        precondition(
            down.rows == up.columns && down.experts == up.experts,
            "a low-rank update of unequal ranks"
        )
        self.down = down
        self.up = up
        self.scale = scale
    }
}

extension Weight {
    /// Whether every number is finite; reads them all.
    package var isFinite: Bool {
        guard let format = Kernels().format(format), let start = bytes.baseAddress else {
            return false
        }
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: columns) { row in
            guard let numbers = row.baseAddress else { return false }
            return (0..<bytes.count / rowBytes).allSatisfy { index in
                format.unpack(start + index * rowBytes, into: numbers, count: columns)
                // The product of a number with 0 is 0, unless it is infinite or no number.
                return (0..<columns).reduce(Float(0)) { $0 + numbers[$1] * 0 } == 0
            }
        }
    }
}
