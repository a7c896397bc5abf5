private import CApusKernels

/// Compares packing of activations and products of matrices with the scalar version.
package enum MatmulChecks {
    /// Sizes of one product.
    package struct Shape: Sendable, CustomStringConvertible {
        let blocks: Int
        let rows: Int
        let tokens: Int

        package init(blocks: Int, rows: Int, tokens: Int) {
            self.blocks = blocks
            self.rows = rows
            self.tokens = tokens
        }

        package var description: String { "\(blocks) blocks x \(rows) rows x \(tokens) tokens" }
    }

    /// Every kernel of few tokens and of many, full and partial panels, full and partial groups.
    package static let shapes: [Shape] = {
        let rowsAndTokens = [(1, 1), (3, 2), (5, 3), (17, 4), (31, 5), (32, 6), (33, 7), (35, 17)]
        return [1, 2, 3, 4, 5, 17, 33].enumerated().flatMap { index, blocks in
            (0..<3).map { offset in
                let (rows, tokens) = rowsAndTokens[(3 * index + offset) % rowsAndTokens.count]
                return Shape(blocks: blocks, rows: rows, tokens: tokens)
            }
        }
    }()

    /// Operands of a product, made from a seed.
    struct Operands {
        let columns: Int
        let rowBytes: Int
        let weights: Bytes
        let activations: [Float]

        init(
            _ format: BlockFormat,
            _ shape: Shape,
            exact: Bool,
            seed: UInt64
        ) throws(KernelMismatch) {
            let kernels = try KernelSet.scalar.format(format)
            var random = BiasedRandom(seed: seed)
            columns = shape.blocks * Int(kernels.block_values)
            rowBytes = shape.blocks * Int(kernels.block_bytes)
            weights = try Bytes(
                random.weights(
                    format,
                    blocks: shape.blocks * shape.rows,
                    blockBytes: Int(kernels.block_bytes)
                ),
                or: 0
            )
            let count = columns * shape.tokens
            activations = exact ? random.integers(count) : random.floats(count)
        }

        /// Packed activation rows.
        func packed(
            _ set: KernelSet,
            _ format: BlockFormat,
            tokens: Range<Int>
        ) throws(KernelMismatch) -> (rows: Bytes, rowBytes: Int) {
            let kernels = try set.format(format)
            let bytes = kernels.activation_bytes(columns)
            let packed = try Bytes(bytes * tokens.count, filledWith: 0)
            for (row, token) in tokens.enumerated() {
                let x = try Floats(Array(activations[token * columns..<(token + 1) * columns]))
                kernels.pack_activations(x.pointer, packed.pointer + row * bytes, columns)
            }
            return (packed, bytes)
        }

        /// y as [tokens][rows], rows outside of the range NaN.
        func product(
            _ set: KernelSet,
            _ format: BlockFormat,
            _ shape: Shape,
            rows: Range<Int>,
            tokens: Range<Int>
        ) throws(KernelMismatch) -> [Float] {
            let (x, xBytes) = try packed(set, format, tokens: tokens)
            let y = try Floats(shape.rows * tokens.count, filledWith: .nan)
            try set.format(format).matmul(
                weights.pointer,
                rowBytes,
                x.pointer,
                xBytes,
                y.pointer,
                shape.rows,
                columns,
                rows.lowerBound,
                rows.upperBound,
                tokens.count
            )
            return y.elements
        }
    }

    /// Packing and product equal the scalar version to the bit.
    package static func check(
        _ set: KernelSet,
        _ format: BlockFormat,
        _ shape: Shape,
        seed: UInt64
    ) throws(KernelMismatch) {
        let operands = try Operands(format, shape, exact: false, seed: seed)
        let all = 0..<shape.tokens
        let context = "\(set) \(format), \(shape), seed \(seed)"
        let expectedRows = try operands.packed(.scalar, format, tokens: all).rows.elements
        let actualRows = try operands.packed(set, format, tokens: all).rows.elements
        guard expectedRows == actualRows else {
            throw KernelMismatch("\(context): packed activations differ")
        }
        let rows = shape.rows > 4 ? 1..<shape.rows - 1 : 0..<shape.rows
        try expectEqual(
            operands.product(.scalar, format, shape, rows: rows, tokens: all),
            operands.product(set, format, shape, rows: rows, tokens: all),
            context
        )
    }

    /// A token's results do not depend on the other tokens or on how rows are shared out.
    package static func checkInvariance(
        _ set: KernelSet,
        _ format: BlockFormat,
        seed: UInt64
    ) throws(KernelMismatch) {
        let shape = Shape(blocks: format.isFloat ? 301 : 5, rows: 39, tokens: 11)
        let operands = try Operands(format, shape, exact: false, seed: seed)
        let whole = try operands.product(
            set,
            format,
            shape,
            rows: 0..<shape.rows,
            tokens: 0..<shape.tokens
        )
        for token in 0..<shape.tokens {
            let split = token * 3 + 2
            let low = try operands.product(
                set,
                format,
                shape,
                rows: 0..<split,
                tokens: token..<token + 1
            )
            let high = try operands.product(
                set,
                format,
                shape,
                rows: split..<shape.rows,
                tokens: token..<token + 1
            )
            let alone = Array(low[..<split] + high[split...])
            let together = Array(whole[token * shape.rows..<(token + 1) * shape.rows])
            try expectEqual(
                together,
                alone,
                "\(set) \(format), token \(token) alone, seed \(seed)"
            )
        }
    }

    /// The product is that of the dequantized weights, computed in double precision.
    ///
    /// Activations are integers that packing keeps exactly, so what is left is float rounding:
    /// at most one part in 2^24 per addition and scale, bounded by 2e-6 of the sum of magnitudes
    /// for up to 32 additions in a lane.
    package static func checkAgainstDouble(
        _ set: KernelSet,
        _ format: BlockFormat,
        seed: UInt64
    ) throws(KernelMismatch) {
        let shape = Shape(blocks: format.isFloat ? 500 : 6, rows: 9, tokens: 5)
        let operands = try Operands(format, shape, exact: true, seed: seed)
        let y = try operands.product(
            set,
            format,
            shape,
            rows: 0..<shape.rows,
            tokens: 0..<shape.tokens
        )
        let columns = operands.columns
        let row = try Floats(columns, filledWith: 0)
        for r in 0..<shape.rows {
            try set.format(format).unpack(
                operands.weights.pointer + r * operands.rowBytes,
                row.pointer,
                columns
            )
            for t in 0..<shape.tokens {
                var sum = 0.0
                var magnitude = 0.0
                for c in 0..<columns {
                    let product =
                        Double(row.pointer[c]) * Double(operands.activations[t * columns + c])
                    sum += product
                    magnitude += abs(product)
                }
                try expectClose(
                    sum,
                    y[t * shape.rows + r],
                    within: 2e-6 * magnitude,
                    "\(set) \(format), row \(r), token \(t), seed \(seed)"
                )
            }
        }
    }
}
