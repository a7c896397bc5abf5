import Testing

@testable import ApusSampling

@Suite struct MaskedSamplerTests {
    private struct Fixed: TokenMask {
        let tokens: [Int32]
        var coverage = TokenMaskCoverage.some

        func fill(_ allowed: inout TokenBitset) -> TokenMaskCoverage {
            for token in tokens { allowed.insert(token) }
            return coverage
        }

        func accept(_ token: Int32) {}
    }

    /// Few and many allowed tokens take different ways; both must be as if all others had a bias of
    /// minus infinity.
    @Test(arguments: [1, 2, 63, 120, 121, 500, 963, 999])
    func masksEqualBiases(_ count: Int) throws {
        var random = SeededGenerator(UInt64(count))
        let logits = (0..<1000).map { _ in Float.random(in: -4...4, using: &random) }
        let allowed = (0..<1000).map { Int32($0) }.shuffled(using: &random).prefix(count)
        for temperature in [Float(0), 1] {
            var options = SamplerConfiguration()
            options.seed = 3
            options.temperature = temperature
            options.repeatPenalty = 1.5
            options.logitBias = [7: 3, 900: -2, 31: 1]
            var masked = try Sampler(options, mask: Fixed(tokens: Array(allowed)))
            for token in Int32(0)..<1000 where !allowed.contains(token) {
                options.logitBias[token] = -.infinity
            }
            var biased = try Sampler(options)
            for _ in 0..<20 {
                #expect(
                    try masked.distribution(logits.span).map(\.token)
                        == biased.distribution(logits.span).map(\.token)
                )
                let token = try masked.sample(logits.span).token
                #expect(try biased.sample(logits.span).token == token)
                masked.accept(token)
                biased.accept(token)
            }
        }
    }

    @Test func emptyMaskThrowsAndAFullOneIsNotLookedAt() throws {
        let logits: [Float] = [1, 2, 3]
        var empty = try Sampler(SamplerConfiguration(), mask: Fixed(tokens: []))
        #expect(throws: SamplingError.self) { try empty.sample(logits.span) }
        var options = SamplerConfiguration()
        options.temperature = 0
        var full = try Sampler(options, mask: Fixed(tokens: [], coverage: .everything))
        #expect(try full.sample(logits.span).token == 2)
    }
}
