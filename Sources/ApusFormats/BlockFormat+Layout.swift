extension BlockFormat {
    /// One row of the table: name, weights per block, bytes per block.
    struct Layout {
        let name: String
        let elements: Int
        let bytes: Int

        init(_ name: String, _ elements: Int, _ bytes: Int) {
            self.name = name
            self.elements = elements
            self.bytes = bytes
        }
    }

    /// The table.
    ///
    /// Bytes are written as the block's parts: scales first, then weights.
    var layout: Layout {
        switch self {
        // Plain numbers
        case .f32: Layout("F32", 1, 4)
        case .f16: Layout("F16", 1, 2)
        case .bf16: Layout("BF16", 1, 2)
        case .f64: Layout("F64", 1, 8)
        case .i8: Layout("I8", 1, 1)
        case .i16: Layout("I16", 1, 2)
        case .i32: Layout("I32", 1, 4)
        case .i64: Layout("I64", 1, 8)
        // One scale for 32 weights, and one offset in the `_1` formats
        case .q4_0: Layout("Q4_0", 32, 2 + 16)
        case .q4_1: Layout("Q4_1", 32, 2 + 2 + 16)
        case .q5_0: Layout("Q5_0", 32, 2 + 4 + 16)
        case .q5_1: Layout("Q5_1", 32, 2 + 2 + 4 + 16)
        case .q8_0: Layout("Q8_0", 32, 2 + 32)
        case .q8_1: Layout("Q8_1", 32, 2 + 2 + 32)
        // Super-blocks of 256 weights with quantized scales
        case .q2_K: Layout("Q2_K", 256, 2 + 2 + 16 + 64)
        case .q3_K: Layout("Q3_K", 256, 2 + 12 + 32 + 64)
        case .q4_K: Layout("Q4_K", 256, 2 + 2 + 12 + 128)
        case .q5_K: Layout("Q5_K", 256, 2 + 2 + 12 + 32 + 128)
        case .q6_K: Layout("Q6_K", 256, 2 + 16 + 64 + 128)
        case .q8_K: Layout("Q8_K", 256, 4 + 32 + 256)
        // Indices into fixed grids
        case .iq1_S: Layout("IQ1_S", 256, 2 + 16 + 32)
        case .iq1_M: Layout("IQ1_M", 256, 8 + 16 + 32)
        case .iq2_XXS: Layout("IQ2_XXS", 256, 2 + 64)
        case .iq2_XS: Layout("IQ2_XS", 256, 2 + 8 + 64)
        case .iq2_S: Layout("IQ2_S", 256, 2 + 8 + 8 + 64)
        case .iq3_XXS: Layout("IQ3_XXS", 256, 2 + 32 + 64)
        case .iq3_S: Layout("IQ3_S", 256, 2 + 4 + 8 + 32 + 64)
        case .iq4_NL: Layout("IQ4_NL", 32, 2 + 16)
        case .iq4_XS: Layout("IQ4_XS", 256, 2 + 2 + 4 + 128)
        // One, one and a half, or two bits
        case .tq1_0: Layout("TQ1_0", 256, 2 + 4 + 48)
        case .tq2_0: Layout("TQ2_0", 256, 2 + 64)
        case .q1_0: Layout("Q1_0", 128, 2 + 16)
        case .q2_0: Layout("Q2_0", 64, 2 + 16)
        // Four-bit floating point: E8M0 scale for 32 weights, E4M3 scale for 16
        case .mxfp4: Layout("MXFP4", 32, 1 + 16)
        case .mxfp4_PAIRS: Layout("MXFP4_PAIRS", 32, 1 + 16)
        case .nvfp4: Layout("NVFP4", 64, 4 + 32)
        }
    }
}
