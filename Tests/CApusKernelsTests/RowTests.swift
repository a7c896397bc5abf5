import KernelChecks
import Testing

/// Every instruction set gives what the scalar version gives, for awkward lengths.
@Suite struct RowTests {
    @Test(arguments: KernelSet.faster, RowChecks.sizes)
    func rowsEqualScalar(set: KernelSet, n: Int) throws {
        try RowChecks.check(set, n: n, seed: UInt64(n))
    }

    @Test(arguments: KernelSet.faster, [(1, 8, 8), (3, 64, 64), (2, 80, 40), (5, 128, 30)])
    func ropeEqualsScalar(set: KernelSet, shape: (Int, Int, Int)) throws {
        let (heads, headSize, rotaryDims) = shape
        try RowChecks.checkRope(
            set,
            heads: heads,
            headSize: headSize,
            rotaryDims: rotaryDims,
            seed: 3
        )
    }

    @Test(arguments: KernelSet.faster)
    func wideningEqualsScalarForEveryPattern(set: KernelSet) throws {
        try ConvertChecks.checkWidening(set)
    }

    @Test(arguments: KernelSet.faster, [1, 16, 40, 4099])
    func narrowingEqualsScalar(set: KernelSet, n: Int) throws {
        try ConvertChecks.checkNarrowing(set, n: n, seed: UInt64(n))
    }
}
