private import CApusKernels

/// Times kernels: every variant in turn, over and over, and the median of each.
///
/// Instruction sets are interleaved so that a change of clock rate or a busy neighbour meets all of
/// them alike.
package enum KernelBenchmark {
    /// What to measure.
    package struct Options: Sendable {
        /// Columns of the matrix.
        package var columns = 2048
        /// Rows of the matrix; at 2,048 columns the copies of 8,192 rows do not fit in any cache.
        package var rows = 8192
        /// Rows of the part that many tokens are multiplied with.
        package var panelRows = 512
        /// Rounds over all instruction sets.
        package var rounds = 9
        /// Numbers of tokens to multiply with.
        package var tokens = [1, 4, 16, 512]
        /// Names of the formats to measure; all if empty.
        package var formats: [String] = []
        /// Threads that stream one matrix together (decode only).
        package var threads = [1, 2]

        package init() {}
    }

    /// Measures and prints tables: products per format and number of tokens, then attention.
    package static func run(_ options: Options = Options()) throws(KernelMismatch) {
        print("read ceiling: " + readCeilings(options).joined(separator: ", "))
        print("format  tokens  threads" + KernelSet.faster.map { right("\($0)", 28) }.joined())
        for format in BlockFormat.all {
            guard options.formats.isEmpty || options.formats.contains(format.description) else {
                continue
            }
            let operands = try BenchmarkMatrix(format, options)
            for tokens in options.tokens {
                for threads in tokens == 1 ? options.threads : [1] {
                    let line = try measure(operands, options, tokens: tokens, threads: threads)
                    let names = [left(format.description, 8), left("\(tokens)", 8)]
                    print(names.joined() + left("\(threads)", 7) + line)
                }
            }
        }
        try attention(options)
    }

    private static func measure(
        _ matrix: BenchmarkMatrix,
        _ options: Options,
        tokens: Int,
        threads: Int
    ) throws(KernelMismatch) -> String {
        let rows = tokens > 64 ? options.panelRows : options.rows
        var seconds: [[Double]] = KernelSet.faster.map { _ in [] }
        for _ in 0..<options.rounds {
            for (index, set) in KernelSet.faster.enumerated() {
                seconds[index].append(
                    try matrix.seconds(set, rows: rows, tokens: tokens, threads: threads)
                )
            }
        }
        let operations = 2 * Double(rows * options.columns * tokens)
        return seconds.map { times in
            let time = median(times)
            let bytes = Double(rows * matrix.rowBytes) / time / 1e9
            return right("\(rounded(bytes)) GB/s \(rounded(operations / time / 1e9)) GOPS", 28)
        }.joined()
    }

    /// Sums of memory at the best read speed, as a scale for streaming kernels.
    private static func readCeilings(_ options: Options) -> [String] {
        let count = 1 << 26
        let memory = UnsafeMutablePointer<Float>.allocate(capacity: count)
        defer { memory.deallocate() }
        memory.initialize(repeating: 1, count: count)
        let kernels = ck_kernels_for(CK_ISA_ANY).pointee
        return options.threads.map { threads in
            let times = (0..<options.rounds).map { _ in
                Threads.seconds(threads) { thread in
                    let share = count / threads
                    _ = kernels.max(memory + thread * share, share)
                }
            }
            return "\(threads) threads \(rounded(Double(4 * count) / median(times) / 1e9)) GB/s"
        }
    }

    /// One KV head of 64 dimensions, 4,096 tokens: few rows are decode, many are prefill.
    private static func attention(_ options: Options) throws(KernelMismatch) {
        let names = KernelSet.available.map { right("\($0)", 28) }
        print("attention, head 64, page 64  rows" + names.joined())
        for rows in [1, 4, 8, 64] {
            let cache = try BenchmarkCache(rows: rows)
            var seconds: [[Double]] = KernelSet.available.map { _ in [] }
            for _ in 0..<options.rounds {
                for (index, set) in KernelSet.available.enumerated() {
                    seconds[index].append(cache.seconds(set))
                }
            }
            let columns = seconds.map { times in
                let time = median(times)
                let bytes = Double(cache.bytes) / time / 1e9
                let operations = Double(cache.operations) / time / 1e9
                return right("\(rounded(bytes)) GB/s \(rounded(operations)) GFLOPS", 28)
            }
            print(left("", 29) + left("\(rows)", 4) + columns.joined())
        }
    }

    private static func median(_ values: [Double]) -> Double {
        values.sorted()[values.count / 2]
    }

    private static func rounded(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
