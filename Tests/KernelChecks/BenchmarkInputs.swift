private import CApusKernels

/// Copies of one matrix that together do not fit in a cache, and activations for it.
final class BenchmarkMatrix {
    let rowBytes: Int
    private let format: BlockFormat
    private let options: KernelBenchmark.Options
    private let copies: Int
    private let weights: Bytes
    private let activations: Bytes
    private let activationBytes: Int
    private let results: Floats
    private var next = 0

    init(_ format: BlockFormat, _ options: KernelBenchmark.Options) throws(KernelMismatch) {
        let kernels = try KernelSet.scalar.format(format)
        var random = BiasedRandom(seed: 1)
        let blocks = options.columns / Int(kernels.block_values)
        let row = random.weights(format, blocks: blocks, blockBytes: Int(kernels.block_bytes))
        rowBytes = row.count
        copies = max(2, (300 << 20) / (rowBytes * options.rows))
        weights = try Bytes(rowBytes * options.rows * copies, filledWith: 0)
        for index in 0..<options.rows * copies {
            (weights.pointer + index * rowBytes).update(from: row, count: rowBytes)
        }
        let tokens = options.tokens.max() ?? 1
        activationBytes = kernels.activation_bytes(options.columns)
        activations = try Bytes(activationBytes * tokens, filledWith: 0)
        let x = random.integers(options.columns)
        for token in 0..<tokens {
            kernels.pack_activations(
                x,
                activations.pointer + token * activationBytes,
                options.columns
            )
        }
        results = try Floats(options.rows * tokens, filledWith: 0)
        self.format = format
        self.options = options
    }

    /// Time of one product with the next copy of the matrix.
    func seconds(
        _ set: KernelSet,
        rows: Int,
        tokens: Int,
        threads: Int
    ) throws(KernelMismatch) -> Double {
        let kernels = try set.format(format)
        let matrix = weights.pointer + next * rowBytes * options.rows
        next = (next + 1) % copies
        let (x, y) = (activations.pointer, results.pointer)
        let (rowBytes, activationBytes, columns) = (rowBytes, activationBytes, options.columns)
        let stride = options.rows
        return Threads.seconds(threads) { thread in
            let first = rows * thread / threads
            let last = rows * (thread + 1) / threads
            kernels.matmul(
                matrix,
                rowBytes,
                x,
                activationBytes,
                y,
                stride,
                columns,
                first,
                last,
                tokens
            )
        }
    }
}

/// A cache of one KV head.
final class BenchmarkCache {
    private static let size = 64
    private static let pages = 64
    private let rows: Int
    private let queries: Floats
    private let keys: GuardedBuffer<UInt16>
    private let values: GuardedBuffer<UInt16>
    private let maximum: Floats
    private let sum: Floats
    private let output: Floats

    /// Bytes of keys and values that one pass reads.
    var bytes: Int { 2 * 2 * keys.count }
    /// Multiplications and additions of one pass.
    var operations: Int { 4 * rows * keys.count }

    init(rows: Int) throws(KernelMismatch) {
        let size = Self.size
        self.rows = rows
        queries = try Floats(rows * size, filledWith: 0.1)
        keys = try GuardedBuffer<UInt16>(Self.pages * size * size, filledWith: 0x3000)
        values = try GuardedBuffer<UInt16>(Self.pages * size * size, filledWith: 0x3000)
        maximum = try Floats(rows, filledWith: 0)
        sum = try Floats(rows, filledWith: 0)
        output = try Floats(rows * size, filledWith: 0)
    }

    /// Time of attending to all pages.
    func seconds(_ set: KernelSet) -> Double {
        let size = Self.size
        var attention = ck_attention(
            queries: queries.pointer,
            query_stride: size,
            rows: rows,
            head_size: size,
            value_size: size,
            key_stride: size,
            value_stride: size,
            scale: 0.125,
            softcap: 0,
            maximum: maximum.pointer,
            sum: sum.pointer,
            output: output.pointer,
            output_stride: size
        )
        let first = [UInt32](repeating: 0, count: rows)
        let last = [UInt32](repeating: UInt32(size), count: rows)
        let kernels = set.table.pointee
        let (keys, values) = (keys.pointer, values.pointer)
        return Threads.seconds(1) { _ in
            for page in 0..<Self.pages {
                let offset = page * size * size
                kernels.attention_page(
                    &attention,
                    keys + offset,
                    values + offset,
                    first,
                    last
                )
            }
        }
    }
}
