import Testing

@testable import ApusFormats

@Suite struct BlockFormatTests {
    /// Code, weights and bytes of each block, after `GGML_QUANT_SIZES` of Python's `gguf` 0.19.
    ///
    /// Q8_1 differs there (40: it still counts two f32); 36 is `sizeof(block_q8_1)` in ggml.
    /// Q2_0 is newer than that package; its values are `QK2_0` and `sizeof(block_q2_0)`.
    static let table: [(name: String, code: UInt32, block: Int, bytes: Int)] = [
        ("F32", 0, 1, 4), ("F16", 1, 1, 2), ("Q4_0", 2, 32, 18), ("Q4_1", 3, 32, 20),
        ("MXFP4_PAIRS", 4, 32, 17),
        ("Q5_0", 6, 32, 22), ("Q5_1", 7, 32, 24), ("Q8_0", 8, 32, 34), ("Q8_1", 9, 32, 36),
        ("Q2_K", 10, 256, 84), ("Q3_K", 11, 256, 110), ("Q4_K", 12, 256, 144),
        ("Q5_K", 13, 256, 176), ("Q6_K", 14, 256, 210), ("Q8_K", 15, 256, 292),
        ("IQ2_XXS", 16, 256, 66), ("IQ2_XS", 17, 256, 74), ("IQ3_XXS", 18, 256, 98),
        ("IQ1_S", 19, 256, 50), ("IQ4_NL", 20, 32, 18), ("IQ3_S", 21, 256, 110),
        ("IQ2_S", 22, 256, 82), ("IQ4_XS", 23, 256, 136), ("I8", 24, 1, 1), ("I16", 25, 1, 2),
        ("I32", 26, 1, 4), ("I64", 27, 1, 8), ("F64", 28, 1, 8), ("IQ1_M", 29, 256, 56),
        ("BF16", 30, 1, 2), ("TQ1_0", 34, 256, 54), ("TQ2_0", 35, 256, 66),
        ("MXFP4", 39, 32, 17), ("NVFP4", 40, 64, 36), ("Q1_0", 41, 128, 18),
        ("Q2_0", 42, 64, 18),
    ]

    @Test(arguments: table)
    func tableMatchesGGML(
        _ row: (name: String, code: UInt32, block: Int, bytes: Int)
    ) throws {
        let format = try #require(BlockFormat(code: row.code))
        #expect(format.name == row.name)
        #expect(format.blockSize == row.block)
        #expect(format.blockBytes == row.bytes)
        #expect(BlockFormat(name: row.name) == format)
        #expect(BlockFormat(name: row.name.lowercased()) == format)
    }

    @Test func tableIsComplete() {
        #expect(BlockFormat.allCases.map(\.code).sorted() == Self.table.map(\.code).sorted())
    }

    @Test(arguments: [5, 31, 32, 33, 36, 37, 38] as [UInt32])
    func withdrawnCodesHaveANameButNoFormat(_ code: UInt32) {
        #expect(BlockFormat(code: code) == nil)
        #expect(BlockFormat.retiredName(code: code) != nil)
    }

    @Test(arguments: ["", "Q4", "Q4-K", "q4_k_m", "Q4_K "])
    func otherNamesAreNoFormats(_ name: String) {
        #expect(BlockFormat(name: name) == nil)
    }

    @Test(arguments: BlockFormat.allCases)
    func sizesAreWholeBlocksOrNil(_ format: BlockFormat) {
        let block = format.blockSize
        #expect(format.byteCount(elements: 0) == 0)
        #expect(format.byteCount(elements: block) == format.blockBytes)
        #expect(format.byteCount(elements: 7 * block) == 7 * format.blockBytes)
        #expect(format.byteCount(elements: -block) == nil)
        if block > 1 {
            #expect(format.byteCount(elements: 1) == nil)
            #expect(format.byteCount(elements: block - 1) == nil)
            #expect(format.byteCount(elements: block + 1) == nil)
        }
    }

    @Test func sizesBeyondIntAreNil() {
        #expect(BlockFormat.f64.byteCount(elements: .max) == nil)
        #expect(BlockFormat.f32.byteCount(shape: [.max, 2]) == nil)
        #expect(BlockFormat.i8.byteCount(shape: [1 << 32, 1 << 31]) == nil)
        #expect(BlockFormat.i8.byteCount(elements: .max) == .max)
        #expect(BlockFormat.elementCount(shape: [3, -1]) == nil)
        #expect(BlockFormat.elementCount(shape: [-1, -1]) == nil)
    }

    @Test func rowsAreWholeBlocks() {
        #expect(BlockFormat.q4_0.byteCount(shape: [3, 64]) == 3 * 2 * 18)
        // 32 weights in all, but no row is a whole block.
        #expect(BlockFormat.q4_0.byteCount(shape: [2, 16]) == nil)
        #expect(BlockFormat.f32.byteCount(shape: []) == 4)
        #expect(BlockFormat.q4_0.byteCount(shape: []) == nil)
    }

    @Test func bitsPerWeightCountScales() {
        #expect(BlockFormat.q4_K.bitsPerWeight == 4.5)
        #expect(BlockFormat.q8_0.bitsPerWeight == 8.5)
        #expect(BlockFormat.bf16.bitsPerWeight == 16)
        #expect(BlockFormat.q8_0.isQuantized && !BlockFormat.bf16.isQuantized)
    }
}
