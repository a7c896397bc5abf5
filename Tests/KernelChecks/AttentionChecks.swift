private import CApusKernels

#if canImport(Glibc)
private import Glibc
#else
private import Darwin
#endif

/// Compares attention over pages with the scalar version and with double precision.
package enum AttentionChecks {
    /// Sizes of one KV head.
    package struct Shape: Sendable, CustomStringConvertible {
        let rows: Int
        let headSize: Int
        let valueSize: Int
        let pageTokens: Int
        let softcap: Float

        package init(
            rows: Int,
            headSize: Int,
            valueSize: Int,
            pageTokens: Int,
            softcap: Float = 0
        ) {
            self.rows = rows
            self.headSize = headSize
            self.valueSize = valueSize
            self.pageTokens = pageTokens
            self.softcap = softcap
        }

        package var description: String {
            "\(rows) rows, head \(headSize), value \(valueSize), page \(pageTokens), cap \(softcap)"
        }
    }

    package static let shapes = [
        Shape(rows: 1, headSize: 64, valueSize: 64, pageTokens: 64),
        Shape(rows: 2, headSize: 8, valueSize: 24, pageTokens: 16),
        Shape(rows: 3, headSize: 80, valueSize: 80, pageTokens: 48),
        Shape(rows: 4, headSize: 128, valueSize: 128, pageTokens: 64),
        Shape(rows: 5, headSize: 40, valueSize: 104, pageTokens: 32, softcap: 20),
        Shape(rows: 13, headSize: 64, valueSize: 72, pageTokens: 64, softcap: 50),
        Shape(rows: 7, headSize: 256, valueSize: 256, pageTokens: 32),
    ]

    private static let pages = 3

    /// Queries, keys and values of some pages, and which slots each row sees.
    private struct Inputs {
        var queries: [Float] = []
        /// [page][slot][dimension]; slots beyond `used[page]` are never written.
        var keys: [[[Float]]] = []
        var values: [[[Float]]] = []
        /// Visible slots of each row: [page][row].
        var first: [[UInt32]] = []
        var last: [[UInt32]] = []

        init(_ shape: Shape, seed: UInt64) {
            var random = BiasedRandom(seed: seed)
            queries = (0..<shape.rows * shape.headSize).map { _ in
                .random(in: -2...2, using: &random)
            }
            for page in 0..<pages {
                let some = Int.random(in: 1...shape.pageTokens, using: &random)
                let used = page == 1 ? shape.pageTokens : some
                // Multiples of 1/64 are half floats, so storing them loses nothing.
                func vectors(_ size: Int) -> [[Float]] {
                    (0..<used).map { _ in
                        (0..<size).map { _ in Float(Int.random(in: -128...128, using: &random)) / 64
                        }
                    }
                }
                keys.append(vectors(shape.headSize))
                values.append(vectors(shape.valueSize))
                let visible = (0..<shape.rows).map { row -> (Int, Int) in
                    let low = Int.random(in: 0...used, using: &random)
                    let high = Int.random(in: 0...used, using: &random)
                    return row % 3 == 2 ? (low, high) : (0, used)
                }
                first.append(visible.map { UInt32($0.0) })
                last.append(visible.map { UInt32($0.1) })
            }
        }
    }

    /// What a run leaves behind.
    private struct State {
        let maximum: Floats
        let sum: Floats
        let output: Floats

        init(_ shape: Shape, rows: Int) throws(KernelMismatch) {
            maximum = try Floats(rows, filledWith: -.infinity)
            sum = try Floats(rows, filledWith: 0)
            output = try Floats(rows * shape.valueSize, filledWith: 0)
        }

        func attention(_ shape: Shape, rows: Int, queries: Floats) -> ck_attention {
            ck_attention(
                queries: queries.pointer,
                query_stride: shape.headSize,
                rows: rows,
                head_size: shape.headSize,
                value_size: shape.valueSize,
                key_stride: shape.pageTokens,
                value_stride: shape.valueSize,
                scale: 0.125,
                softcap: shape.softcap,
                maximum: maximum.pointer,
                sum: sum.pointer,
                output: output.pointer,
                output_stride: shape.valueSize
            )
        }
    }

    /// Attends with some rows of the inputs to some pages.
    private static func run(
        _ set: KernelSet,
        _ shape: Shape,
        _ inputs: Inputs,
        rows: Range<Int>,
        pages: Range<Int>,
        finish: Bool
    ) throws(KernelMismatch) -> (State, Floats) {
        let kernels = set.table.pointee
        let size = shape.headSize
        let queries = try Floats(
            Array(inputs.queries[rows.lowerBound * size..<rows.upperBound * size])
        )
        let state = try State(shape, rows: rows.count)
        var attention = state.attention(shape, rows: rows.count, queries: queries)
        for page in pages {
            // All ones is NaN: a slot that was never written must not be used.
            let keys = try GuardedBuffer<UInt16>(size * shape.pageTokens, filledWith: 0xFFFF)
            let values = try GuardedBuffer<UInt16>(
                shape.valueSize * shape.pageTokens,
                filledWith: 0xFFFF
            )
            for slot in inputs.keys[page].indices {
                let key = try Floats(inputs.keys[page][slot])
                let value = try Floats(inputs.values[page][slot])
                kernels.store_key(key.pointer, size, keys.pointer, shape.pageTokens, slot)
                kernels.store_value(
                    value.pointer,
                    shape.valueSize,
                    values.pointer,
                    shape.valueSize,
                    slot
                )
            }
            let first = Array(inputs.first[page][rows])
            let last = Array(inputs.last[page][rows])
            kernels.attention_page(&attention, keys.pointer, values.pointer, first, last)
        }
        if finish {
            kernels.attention_finish(&attention)
        }
        return (state, queries)
    }

    /// Equal to the scalar version to the bit.
    package static func check(
        _ set: KernelSet,
        _ shape: Shape,
        seed: UInt64
    ) throws(KernelMismatch) {
        let inputs = Inputs(shape, seed: seed)
        let (expected, _) = try run(
            .scalar,
            shape,
            inputs,
            rows: 0..<shape.rows,
            pages: 0..<pages,
            finish: true
        )
        let (actual, _) = try run(
            set,
            shape,
            inputs,
            rows: 0..<shape.rows,
            pages: 0..<pages,
            finish: true
        )
        let context = "\(set) attention, \(shape), seed \(seed)"
        try expectEqual(expected.maximum.elements, actual.maximum.elements, "\(context), maximum")
        try expectEqual(expected.sum.elements, actual.sum.elements, "\(context), sum")
        try expectEqual(expected.output.elements, actual.output.elements, context)
    }

    /// A row's result does not depend on the rows beside it.
    package static func checkInvariance(
        _ set: KernelSet,
        _ shape: Shape,
        seed: UInt64
    ) throws(KernelMismatch) {
        let inputs = Inputs(shape, seed: seed)
        let (together, _) = try run(
            set,
            shape,
            inputs,
            rows: 0..<shape.rows,
            pages: 0..<pages,
            finish: true
        )
        for row in 0..<shape.rows {
            let (alone, _) = try run(
                set,
                shape,
                inputs,
                rows: row..<row + 1,
                pages: 0..<pages,
                finish: true
            )
            let size = shape.valueSize
            try expectEqual(
                Array(together.output.elements[row * size..<(row + 1) * size]),
                alone.output.elements,
                "\(set) attention, row \(row) alone, \(shape), seed \(seed)"
            )
        }
    }

    /// Softmax attention in double precision, and pages attended to apart and merged.
    ///
    /// Keys and values are half floats already. Scores reach 2 * 2 * headSize / 8, so a weight is
    /// off by their rounding, some 1e-5 of it, and outputs of at most 2 by 1e-4.
    package static func checkAgainstDouble(
        _ set: KernelSet,
        _ shape: Shape,
        seed: UInt64
    ) throws(KernelMismatch) {
        let inputs = Inputs(shape, seed: seed)
        let rows = 0..<shape.rows
        let (into, queries) = try run(set, shape, inputs, rows: rows, pages: 0..<1, finish: false)
        let (from, _) = try run(set, shape, inputs, rows: rows, pages: 1..<pages, finish: false)
        var a = into.attention(shape, rows: shape.rows, queries: queries)
        var b = from.attention(shape, rows: shape.rows, queries: queries)
        set.table.pointee.attention_merge(&a, &b)
        set.table.pointee.attention_finish(&a)
        let (whole, _) = try run(set, shape, inputs, rows: rows, pages: 0..<pages, finish: true)
        for row in rows {
            let expected = reference(shape, inputs, row: row)
            for d in 0..<shape.valueSize {
                let context = "\(set) attention, row \(row), dimension \(d), \(shape), seed \(seed)"
                let index = row * shape.valueSize + d
                try expectClose(expected[d], whole.output.pointer[index], within: 1e-4, context)
                try expectClose(
                    expected[d],
                    into.output.pointer[index],
                    within: 1e-4,
                    "merged \(context)"
                )
            }
        }
    }

    private static func reference(_ shape: Shape, _ inputs: Inputs, row: Int) -> [Double] {
        var sum = 0.0
        var output = [Double](repeating: 0, count: shape.valueSize)
        let query = inputs.queries[row * shape.headSize..<(row + 1) * shape.headSize]
        for page in 0..<pages where inputs.first[page][row] < inputs.last[page][row] {
            for slot in Int(inputs.first[page][row])..<Int(inputs.last[page][row]) {
                var score =
                    zip(query, inputs.keys[page][slot])
                    .reduce(0.0) { $0 + Double($1.0) * Double($1.1) } * 0.125
                if shape.softcap != 0 {
                    score = Double(shape.softcap) * tanh(score / Double(shape.softcap))
                }
                let weight = exp(score)
                sum += weight
                for d in output.indices {
                    output[d] += weight * Double(inputs.values[page][slot][d])
                }
            }
        }
        return output.map { sum == 0 ? 0 : $0 / sum }
    }
}
