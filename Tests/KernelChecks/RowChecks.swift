private import CApusKernels

/// Compares operations on rows of floats with the scalar version.
package enum RowChecks {
    /// One element less and more than a vector of 16, primes, several vectors.
    package static let sizes = [0, 1, 7, 15, 16, 17, 31, 32, 33, 97, 256, 1031]

    /// Runs every row operation on n values.
    package static func check(_ set: KernelSet, n: Int, seed: UInt64) throws(KernelMismatch) {
        let run = Run(set: set, n: n, seed: seed)
        for inPlace in [false, true] {
            for (name, operation) in elementwise {
                try run.compare(name, inPlace: inPlace, operation)
            }
        }
        for (name, operation) in reductions {
            try run.compare(name, inPlace: false) { kernels, a, b, y, n in
                if n > 0 {
                    y[0] = operation(kernels, a, n)
                }
            }
        }
    }

    private typealias Operation =
        @Sendable (
            ck_kernels, UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int
        ) -> Void

    private static let elementwise: [(String, Operation)] = [
        ("add", { $0.add($1, $2, $3, $4) }),
        ("mul", { $0.mul($1, $2, $3, $4) }),
        ("scale", { $0.scale($1, 0.37, $3, $4) }),
        ("add_scaled", { $0.add_scaled($2, -1.7, $3, $4) }),
        ("rms_norm", { $0.rms_norm($1, $2, $3, $4, 1e-5) }),
        ("rms_norm without weight", { $0.rms_norm($1, nil, $3, $4, 1e-6) }),
        ("layer_norm", { $0.layer_norm($1, $2, $2, $3, $4, 1e-5) }),
        ("layer_norm without weight", { $0.layer_norm($1, nil, $2, $3, $4, 1e-5) }),
        ("layer_norm alone", { $0.layer_norm($1, nil, nil, $3, $4, 1e-5) }),
        ("exp", { $0.exp($1, $3, $4) }),
        ("tanh", { $0.tanh($1, $3, $4) }),
        ("sigmoid", { $0.sigmoid($1, $3, $4) }),
        ("softcap", { $0.softcap($1, 30, $3, $4) }),
        ("softmax", { $0.softmax($3, $4) }),
        ("silu_mul", { $0.silu_mul($1, $2, $3, $4) }),
        ("silu", { $0.silu_mul($1, nil, $3, $4) }),
        ("gelu_mul", { $0.gelu_mul($1, $2, $3, $4) }),
        ("gelu", { $0.gelu_mul($1, nil, $3, $4) }),
        ("relu2_mul", { $0.relu2_mul($1, $2, $3, $4) }),
        ("relu2", { $0.relu2_mul($1, nil, $3, $4) }),
        ("swiglu_clamped", { $0.swiglu_clamped($1, $2, $3, $4, 1.702, 7) }),
    ]

    private typealias Reduction = @Sendable (ck_kernels, UnsafePointer<Float>, Int) -> Float

    private static let reductions: [(String, Reduction)] = [
        ("dot", { $0.dot($1, $1, $2) }),
        ("sum", { $0.sum($1, $2) }),
        ("max", { $0.max($1, $2) }),
        ("argmax", { Float($0.argmax($1, $2)) }),
    ]

    private struct Run {
        let set: KernelSet
        let n: Int
        let seed: UInt64

        func compare(
            _ name: String,
            inPlace: Bool,
            _ operation: Operation
        ) throws(KernelMismatch) {
            let expected = try result(.scalar, inPlace: inPlace, operation)
            let actual = try result(set, inPlace: inPlace, operation)
            try expectEqual(
                expected,
                actual,
                "\(set) \(name), n \(n), in place \(inPlace), seed \(seed)"
            )
        }

        func result(
            _ set: KernelSet,
            inPlace: Bool,
            _ operation: Operation
        ) throws(KernelMismatch) -> [Float] {
            var random = BiasedRandom(seed: seed)
            var first = random.floats(n)
            if n > 16 {
                first.replaceSubrange(2..<7, with: [-.infinity, -100, 88.71, -87.32, 0.624])
            }
            let a = try Floats(first)
            let b = try Floats(random.floats(n))
            let y = inPlace ? a : try Floats(random.floats(n))
            operation(set.table.pointee, a.pointer, b.pointer, y.pointer, n)
            return y.elements
        }
    }

    /// Rotates `heads` heads with both pairings.
    package static func checkRope(
        _ set: KernelSet,
        heads: Int,
        headSize: Int,
        rotaryDims: Int,
        seed: UInt64
    ) throws(KernelMismatch) {
        for neox in [false, true] {
            var results: [[Float]] = []
            for set in [KernelSet.scalar, set] {
                var random = BiasedRandom(seed: seed)
                let x = try Floats(random.floats(heads * headSize))
                let cos = try Floats(
                    (0..<rotaryDims / 2).map { _ in .random(in: -1...1, using: &random) }
                )
                let sin = try Floats(
                    (0..<rotaryDims / 2).map { _ in .random(in: -1...1, using: &random) }
                )
                set.table.pointee.rope(
                    x.pointer,
                    heads,
                    headSize,
                    rotaryDims,
                    cos.pointer,
                    sin.pointer,
                    neox
                )
                results.append(x.elements)
            }
            try expectEqual(
                results[0],
                results[1],
                "\(set) rope, \(heads) heads of \(headSize), \(rotaryDims) rotary, neox \(neox), seed \(seed)"
            )
        }
    }
}
