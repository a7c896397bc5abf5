import KernelChecks
import Testing

/// Products of packed weights and activations.
@Suite struct MatmulTests {
    @Test(arguments: KernelSet.faster, BlockFormat.all)
    func productEqualsScalar(set: KernelSet, format: BlockFormat) throws {
        for (index, shape) in MatmulChecks.shapes.enumerated() {
            try MatmulChecks.check(set, format, shape, seed: UInt64(index))
        }
    }

    @Test(arguments: KernelSet.available, BlockFormat.all)
    func resultsDependOnNeitherBatchNorRowRange(set: KernelSet, format: BlockFormat) throws {
        try MatmulChecks.checkInvariance(set, format, seed: 11)
    }

    @Test(arguments: KernelSet.available, BlockFormat.all)
    func productIsThatOfDequantizedWeights(set: KernelSet, format: BlockFormat) throws {
        try MatmulChecks.checkAgainstDouble(set, format, seed: 12)
    }
}
