import KernelChecks
import Testing

/// Attention over pages of a KV cache.
@Suite struct AttentionTests {
    @Test(arguments: KernelSet.faster, AttentionChecks.shapes)
    func attentionEqualsScalar(set: KernelSet, shape: AttentionChecks.Shape) throws {
        for seed: UInt64 in 0..<3 {
            try AttentionChecks.check(set, shape, seed: seed)
        }
    }

    @Test(arguments: KernelSet.available, AttentionChecks.shapes)
    func rowsDoNotDependOnEachOther(set: KernelSet, shape: AttentionChecks.Shape) throws {
        try AttentionChecks.checkInvariance(set, shape, seed: 5)
    }

    @Test(arguments: KernelSet.available, AttentionChecks.shapes)
    func attentionIsSoftmaxOfScores(set: KernelSet, shape: AttentionChecks.Shape) throws {
        try AttentionChecks.checkAgainstDouble(set, shape, seed: 6)
    }
}
