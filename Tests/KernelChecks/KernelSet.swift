package import CApusKernels

/// The kernels of one instruction set that this processor can run.
package struct KernelSet: @unchecked Sendable, CustomStringConvertible {
    // Safe: a table is filled before it is handed out, never written again, and never freed.
    package let table: UnsafePointer<ck_kernels>

    /// Name of the instruction set, as in the table.
    package var description: String { String(cString: table.pointee.name) }

    /// The specification that every other set must equal.
    package static let scalar = KernelSet(table: ck_kernels_for(CK_ISA_SCALAR))

    /// Every set of this processor, the scalar one first.
    package static let available: [KernelSet] = {
        var sets = [ck_isa](repeating: CK_ISA_SCALAR, count: 8)
        let count = ck_available_isas(&sets, sets.count)
        return sets.prefix(count).map { KernelSet(table: ck_kernels_for($0)) }
    }()

    /// The sets to compare with the scalar one.
    package static var faster: [KernelSet] { Array(available.dropFirst()) }

    func format(_ format: BlockFormat) throws(KernelMismatch) -> ck_format_kernels {
        guard let kernels = ck_format(table, format.code) else {
            throw KernelMismatch("\(self) has no kernels for \(format)")
        }
        return kernels.pointee
    }
}

/// A weight format under test.
package struct BlockFormat: Sendable, CustomStringConvertible {
    package let description: String
    /// GGML type code.
    package let code: UInt32
    /// Byte offsets of the half floats in a block; random bytes there would often be NaN.
    let scaleOffsets: [Int]
    /// Whether a block starts with a power of two, whose extremes would overflow.
    var hasExponent: Bool { code == 4 || code == 39 }
    /// Whether the upper four bits of a block's last byte begin its half float.
    var endsWithScale: Bool { code == 29 }

    package static let all = [
        BlockFormat(description: "F32", code: 0, scaleOffsets: []),
        BlockFormat(description: "F16", code: 1, scaleOffsets: [0]),
        BlockFormat(description: "BF16", code: 30, scaleOffsets: []),
        BlockFormat(description: "Q4_0", code: 2, scaleOffsets: [0]),
        BlockFormat(description: "Q4_1", code: 3, scaleOffsets: [0, 2]),
        BlockFormat(description: "Q5_0", code: 6, scaleOffsets: [0]),
        BlockFormat(description: "Q5_1", code: 7, scaleOffsets: [0, 2]),
        BlockFormat(description: "Q8_0", code: 8, scaleOffsets: [0]),
        BlockFormat(description: "IQ4_NL", code: 20, scaleOffsets: [0]),
        BlockFormat(description: "MXFP4", code: 39, scaleOffsets: []),
        BlockFormat(description: "MXFP4_PAIRS", code: 4, scaleOffsets: []),
        BlockFormat(description: "IQ1_S", code: 19, scaleOffsets: [0]),
        BlockFormat(description: "IQ1_M", code: 29, scaleOffsets: []),
        BlockFormat(description: "IQ2_XXS", code: 16, scaleOffsets: [0]),
        BlockFormat(description: "IQ2_XS", code: 17, scaleOffsets: [0]),
        BlockFormat(description: "IQ2_S", code: 22, scaleOffsets: [0]),
        BlockFormat(description: "IQ3_XXS", code: 18, scaleOffsets: [0]),
        BlockFormat(description: "IQ3_S", code: 21, scaleOffsets: [0]),
        BlockFormat(description: "Q2_K", code: 10, scaleOffsets: [80, 82]),
        BlockFormat(description: "Q3_K", code: 11, scaleOffsets: [108]),
        BlockFormat(description: "IQ4_XS", code: 23, scaleOffsets: [0]),
        BlockFormat(description: "Q4_K", code: 12, scaleOffsets: [0, 2]),
        BlockFormat(description: "Q5_K", code: 13, scaleOffsets: [0, 2]),
        BlockFormat(description: "Q6_K", code: 14, scaleOffsets: [208]),
    ]

    /// Whether weights are floats of their own, without blocks.
    package var isFloat: Bool { code == 0 || code == 1 || code == 30 }
}

/// What a check found wrong: operation, sizes, seed and the first differing element.
package struct KernelMismatch: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
