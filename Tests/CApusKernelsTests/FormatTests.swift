import CApusKernels
import FoundationEssentials
import KernelChecks
import Testing

/// Block formats against the Python package `gguf`; see Fixtures/make_fixtures.py.
@Suite struct FormatTests {
    private static let codes: [(name: String, code: Int)] = [
        ("F16", CK_F16), ("BF16", CK_BF16), ("Q4_0", CK_Q4_0), ("Q4_1", CK_Q4_1),
        ("Q5_0", CK_Q5_0), ("Q5_1", CK_Q5_1), ("Q8_0", CK_Q8_0), ("IQ4_NL", CK_IQ4_NL),
        ("MXFP4", CK_MXFP4), ("MXFP4_PAIRS", CK_MXFP4_PAIRS), ("IQ1_S", CK_IQ1_S),
        ("IQ1_M", CK_IQ1_M), ("IQ2_XXS", CK_IQ2_XXS), ("IQ2_XS", CK_IQ2_XS), ("IQ2_S", CK_IQ2_S),
        ("IQ3_XXS", CK_IQ3_XXS), ("IQ3_S", CK_IQ3_S), ("Q2_K", CK_Q2_K),
        ("Q3_K", CK_Q3_K), ("IQ4_XS", CK_IQ4_XS), ("Q4_K", CK_Q4_K),
        ("Q5_K", CK_Q5_K), ("Q6_K", CK_Q6_K),
    ]
    private static let packed = [
        CK_Q8_0, CK_Q4_0, CK_Q4_1, CK_Q5_0, CK_Q5_1, CK_Q4_K, CK_Q5_K, CK_Q6_K,
    ]
    private static let isas: [ck_isa] = {
        var isas = [ck_isa](repeating: CK_ISA_SCALAR, count: 8)
        return Array(isas.prefix(ck_available_isas(&isas, isas.count)))
    }()

    private func fixture(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        return Array(try Data(contentsOf: folder.appending(path: "Fixtures/\(name).bin")))
    }

    private func floats(_ bytes: ArraySlice<UInt8>) -> [Float] {
        bytes.withUnsafeBytes { raw in
            (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
    }

    private func kernels(_ isa: ck_isa, _ code: Int) throws -> ck_format_kernels {
        try #require(ck_format(ck_kernels_for(isa), UInt32(code))).pointee
    }

    @Test(arguments: codes, isas)
    func unpackingMatchesGGUF(format: (name: String, code: Int), isa: ck_isa) throws {
        let format = (format.name, try kernels(isa, format.code))
        let bytes = try fixture("\(format.0).unpack")
        let (values, size) = (Int(format.1.block_values), Int(format.1.block_bytes))
        let blocks = bytes.count / (size + 4 * values)
        let expected = floats(bytes[(blocks * size)...])
        #expect(expected.count == blocks * values)
        var actual = [Float](repeating: .nan, count: expected.count)
        format.1.unpack(bytes, &actual, actual.count)
        for (a, b) in zip(expected, actual) where !(a.isNaN && b.isNaN) {
            #expect(a == b)
        }
    }

    @Test(arguments: codes.prefix(7), isas)
    func packingMatchesGGUF(format: (name: String, code: Int), isa: ck_isa) throws {
        let kernels = try kernels(isa, format.code)
        let bytes = try fixture("\(format.name).pack")
        let x = floats(bytes.prefix(256 * 4))
        var packed = [UInt8](repeating: 0, count: bytes.count - 256 * 4)
        let pack = try #require(kernels.pack)
        pack(x, &packed, x.count)
        #expect(packed == Array(bytes.dropFirst(256 * 4)))
    }

    /// Root mean square error of normally distributed weights, relative to their own.
    ///
    /// A uniform quantizer with L levels over ±3 standard deviations has 6 / L / sqrt(12); the
    /// bounds are that with L = 255, 16, 32 and 64 levels, and room for rounding of scales.
    @Test(arguments: [
        (CK_Q8_0, 0.008), (CK_Q4_0, 0.11), (CK_Q4_1, 0.11), (CK_Q5_0, 0.055), (CK_Q5_1, 0.05),
        (CK_Q4_K, 0.085), (CK_Q5_K, 0.045), (CK_Q6_K, 0.022),
    ])
    func packingLosesLittle(code: Int, bound: Double) throws {
        let kernels = try kernels(CK_ISA_SCALAR, code)
        var random = BiasedRandom(seed: 9)
        let x = (0..<4096).map { _ in
            (0..<12).map { _ in Float.random(in: -0.5...0.5, using: &random) }.reduce(0, +)
        }
        let bytes = x.count / Int(kernels.block_values) * Int(kernels.block_bytes)
        var packed = [UInt8](repeating: 0, count: bytes)
        let pack = try #require(kernels.pack)
        pack(x, &packed, x.count)
        var y = [Float](repeating: 0, count: x.count)
        kernels.unpack(packed, &y, y.count)
        let error = zip(x, y).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
        let norm = x.reduce(0.0) { $0 + Double($1 * $1) }
        let relative = (error / norm).squareRoot()
        #expect(relative < bound)
        #expect(relative > bound / 3)
    }

    /// See Fixtures/make_errors.py.
    @Test(arguments: codes.suffix(3))
    func packingLosesNoMoreThanGGML(format: (name: String, code: Int)) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let table = try String(
            contentsOf: folder.appending(path: "Fixtures/K.errors.txt"),
            encoding: .utf8
        )
        let line = try #require(table.split(separator: "\n").first { $0.hasPrefix(format.name) })
        let expected = try #require(Double(line.dropFirst(format.name.count + 1)))
        let x = floats(try fixture("K.weights")[...])
        let kernels = try kernels(CK_ISA_SCALAR, format.code)
        let blocks = x.count / Int(kernels.block_values)
        var packed = [UInt8](repeating: 0, count: blocks * Int(kernels.block_bytes))
        let pack = try #require(kernels.pack)
        pack(x, &packed, x.count)
        var y = [Float](repeating: 0, count: x.count)
        kernels.unpack(packed, &y, y.count)
        let error = zip(x, y).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
        #expect((error / Double(x.count)).squareRoot() <= expected)
    }

    /// Weights so small that scales vanish become zeros; large ones stay finite and close.
    @Test(
        arguments: packed,
        [1e-44, 1e-38, 1e-30, 1e-9, 1, 5e5] as [Float]
    )
    func packingHoldsAtTheEndsOfTheRange(code: Int, scale: Float) throws {
        let kernels = try kernels(CK_ISA_SCALAR, code)
        // Minimums of blocks of 32 are half floats, of at most 65,504.
        let scale = [CK_Q4_1, CK_Q5_1].contains(code) ? min(scale, 6e4) : scale
        var random = BiasedRandom(seed: 3)
        let x = (0..<256).map { _ in Float.random(in: -1...1, using: &random) * scale }
        var packed = [UInt8](repeating: 0xAA, count: 512)
        let pack = try #require(kernels.pack)
        pack(x, &packed, x.count)
        var y = [Float](repeating: .nan, count: 256)
        kernels.unpack(packed, &y, y.count)
        // Scales are multiples of 2^-24, times 127 and the like.
        let bound = max(scale * 0.15, 1e-4)
        for (a, b) in zip(x, y) { #expect(abs(a - b) <= bound) }
    }

    @Test(arguments: packed)
    func zerosStayZeros(code: Int) throws {
        let kernels = try kernels(CK_ISA_SCALAR, code)
        let x = [Float](repeating: 0, count: 256)
        var packed = [UInt8](repeating: 0xAA, count: 512)
        let pack = try #require(kernels.pack)
        pack(x, &packed, x.count)
        var y = [Float](repeating: .nan, count: 256)
        kernels.unpack(packed, &y, y.count)
        #expect(y.allSatisfy { $0 == 0 })
    }
}
