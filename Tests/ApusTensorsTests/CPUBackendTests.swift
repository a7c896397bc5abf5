import ApusFormats
import TestSupport
import Testing

@testable import ApusTensors

/// The backend's operations against plain loops in double precision.
@Suite struct CPUBackendTests {
    /// Random numbers in -1…1 and the memory they lie in.
    static func numbers(_ count: Int, seed: UInt64) -> [Float] {
        var random = SplitMix64(seed: seed)
        return (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
    }

    /// A weight in F32 whose bytes live as long as the test process.
    static func weight(experts: Int = 1, rows: Int, columns: Int, seed: UInt64) throws -> Weight {
        let numbers = numbers(experts * rows * columns, seed: seed)
        let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: numbers.count)
        _ = memory.initialize(from: numbers)
        return try #require(
            Weight(
                format: .f32,
                experts: experts,
                rows: rows,
                columns: columns,
                bytes: UnsafeRawBufferPointer(memory)
            )
        )
    }

    static func tensor(_ values: [Float], rows: Int, on backend: CPUBackend) -> Tensor {
        let tensor = backend.arena.allocate(rows: rows, columns: values.count / rows)
        for (index, value) in values.enumerated() { backend.address(tensor)[index] = value }
        return tensor
    }

    static func read(_ x: Tensor, _ backend: CPUBackend) -> [Float] {
        [Float](unsafeUninitializedCapacity: x.rows * x.columns) { buffer, count in
            count = x.rows * x.columns
            backend.read(x, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
        }
    }

    @Test(arguments: [1, 2, 3, 17], [1, 2])
    func matmulOfSeveralWeightsIsEachSideBySide(rows: Int, threads: Int) throws {
        let backend = try CPUBackend(threads: threads)
        let (a, b) = (
            try Self.weight(rows: 33, columns: 40, seed: 1),
            try Self.weight(rows: 5, columns: 40, seed: 2)
        )
        let values = Self.numbers(rows * 40, seed: 3)
        let x = Self.tensor(values, rows: rows, on: backend)
        let y = Self.read(backend.matmul(x, [a, b]), backend)
        let stacked = Self.numbers(33 * 40, seed: 1) + Self.numbers(5 * 40, seed: 2)
        for row in 0..<rows {
            for output in 0..<38 {
                let expected = (0..<40).reduce(0.0) {
                    $0 + Double(stacked[output * 40 + $1]) * Double(values[row * 40 + $1])
                }
                #expect(abs(Double(y[row * 38 + output]) - expected) < 1e-5)
            }
        }
    }

    @Test(arguments: ["scalar", "avx2", "avx512"])
    func expertsAreTheSumOfTheChosenBlocks(instructionSet: String) throws {
        let backend = try CPUBackend(threads: 2, instructionSet: instructionSet)
        let (experts, used, rows, width, hidden) = (6, 2, 5, 16, 24)
        let gate = try Self.weight(experts: experts, rows: hidden, columns: width, seed: 1)
        let up = try Self.weight(experts: experts, rows: hidden, columns: width, seed: 2)
        let down = try Self.weight(experts: experts, rows: width, columns: hidden, seed: 3)
        let values = Self.numbers(rows * width, seed: 4)
        let scores = Self.numbers(rows * experts, seed: 5)
        let scales: [Float] = [1, 2, 0.5, -1, 3, 0.25]
        let y = Self.read(
            backend.experts(
                Self.tensor(values, rows: rows, on: backend),
                logits: Self.tensor(scores, rows: rows, on: backend),
                router: TopKRouter(Routing(experts: experts, used: used)),
                used: used,
                weights: ExpertWeights(
                    gate: gate,
                    up: up,
                    down: down,
                    upScales: scales,
                    activation: .silu
                )
            ),
            backend
        )
        // Each expert alone, through the dense block.
        for row in 0..<rows {
            let logits = scores[row * experts..<(row + 1) * experts].map(Double.init)
            let best = logits.indices.sorted { logits[$0] > logits[$1] }.prefix(used)
            let total = best.reduce(0.0) { $0 + exp64(logits[$1]) }
            var expected = Array(repeating: 0.0, count: width)
            for expert in best {
                let x = Self.tensor(
                    Array(values[row * width..<(row + 1) * width]),
                    rows: 1,
                    on: backend
                )
                let both = backend.matmul(x, [try one(gate, expert), try one(up, expert)])
                backend.scale(both.columns(hidden, count: hidden), by: scales[expert])
                let result = backend.matmul(
                    backend.gate(both, activation: .silu),
                    [try one(down, expert)]
                )
                for (column, value) in Self.read(result, backend).enumerated() {
                    expected[column] += Double(value) * exp64(logits[expert]) / total
                }
            }
            for column in 0..<width {
                #expect(abs(Double(y[row * width + column]) - expected[column]) < 1e-4)
            }
        }
    }

    /// One expert of a stack.
    func one(_ weight: Weight, _ expert: Int) throws -> Weight {
        let bytes = weight.rows * weight.rowBytes
        return try #require(
            Weight(
                format: weight.format,
                rows: weight.rows,
                columns: weight.columns,
                bytes: UnsafeRawBufferPointer(
                    rebasing: weight.bytes[expert * bytes..<(expert + 1) * bytes]
                )
            )
        )
    }

    func exp64(_ x: Double) -> Double {
        // exp by squaring a short series: good to 1e-12 for |x| <= 1.
        let small = x / 64
        var term = 1.0
        var sum = 1.0
        for n in 1..<12 {
            term *= small / Double(n)
            sum += term
        }
        return (0..<6).reduce(sum) { value, _ in value * value }
    }

    @Test(arguments: [nil, 5, 40] as [Int?])
    func attentionIsASoftmaxOverVisiblePositions(window: Int?) throws {
        let backend = try CPUBackend(threads: 2)
        let (heads, keyValueHeads, size, length) = (4, 2, 16, 70)
        let cache = try KVCache(
            layers: [.init(keyValueHeads: keyValueHeads, keySize: size, valueSize: size)],
            pages: 8
        )
        let keys = Self.numbers(length * keyValueHeads * size, seed: 1)
        let values = Self.numbers(length * keyValueHeads * size, seed: 2)
        let queries = Self.numbers(length * heads * size, seed: 3)
        var batch = Batch()
        batch.append(
            Array(repeating: Int32(0), count: length),
            at: 0,
            pages: [5, 2, 7],
            wanted: 0
        )
        let y = Self.read(
            backend.attention(
                queries: Self.tensor(queries, rows: length, on: backend),
                keys: Self.tensor(keys, rows: length, on: backend),
                values: Self.tensor(values, rows: length, on: backend),
                batch: batch,
                cache: cache,
                layer: 0,
                options: AttentionOptions(heads: heads, scale: 0.25, window: window)
            ),
            backend
        )
        for position in stride(from: 0, to: length, by: 7) {
            for head in 0..<heads {
                let shared = head / 2
                let visible = max(0, position - (window ?? length) + 1)...position
                func dot(_ other: Int) -> Double {
                    (0..<size).reduce(0.0) {
                        $0 + Double(queries[(position * heads + head) * size + $1])
                            * Double(keys[(other * keyValueHeads + shared) * size + $1])
                    } * 0.25
                }
                let weights = visible.map { exp64(dot($0) / 4) }.map { $0 * $0 * $0 * $0 }
                let total = weights.reduce(0, +)
                for column in 0..<size {
                    let expected = zip(visible, weights).reduce(0.0) {
                        $0 + $1.1 / total
                            * Double(values[($1.0 * keyValueHeads + shared) * size + column])
                    }
                    let actual = Double(y[(position * heads + head) * size + column])
                    #expect(abs(actual - expected) < 2e-3, "position \(position) head \(head)")
                }
            }
        }
    }
}
