import Foundation
import Testing

@testable import ApusSampling

@Suite struct SamplerTests {
    private func sampler(_ edit: (inout SamplerConfiguration) -> Void) throws -> Sampler {
        var configuration = SamplerConfiguration()
        configuration.seed = 42
        edit(&configuration)
        return try Sampler(configuration)
    }

    private func noise(_ count: Int, seed: UInt64) -> [Float] {
        var source = RandomSource(seed: seed)
        return (0..<count).map { _ in Float(source.nextUnit()) * 12 - 6 }
    }

    // MARK: - Draws

    @Test func drawsFollowTheDistribution() throws {
        var sampler = try sampler {
            $0.topK = 12
            $0.topP = 1
        }
        let logits = noise(200, seed: 7).map { $0 / 3 }
        let expected = try sampler.distribution(logits.span)
        let draws = 40_000
        var counts: [Int32: Int] = [:]
        for _ in 0..<draws { counts[try sampler.sample(logits.span).token, default: 0] += 1 }
        #expect(counts.count == expected.count)
        let chiSquare = expected.reduce(0.0) { sum, entry in
            let wanted = entry.probability * Double(draws)
            let difference = Double(counts[entry.token] ?? 0) - wanted
            return sum + difference * difference / wanted
        }
        // 11 degrees of freedom: 31.3 is passed once in a thousand, and the seed is fixed.
        #expect(chiSquare < 31.3)
        #expect(chiSquare > 1)
    }

    @Test func equalSeedsGiveEqualTokensAndOthersDoNot() throws {
        func run(seed: UInt64?) throws -> [Int32] {
            var sampler = try sampler { $0.seed = seed }
            return try (0..<64).map { step in
                try sampler.sample(noise(500, seed: UInt64(step)).span).token
            }
        }
        #expect(try run(seed: 5) == run(seed: 5))
        #expect(try run(seed: 5) != run(seed: 6))
        #expect(try run(seed: nil) != run(seed: nil))
    }

    @Test func drawnSeedIsReported() throws {
        #expect(try Sampler(SamplerConfiguration()).configuration.seed != nil)
    }

    /// First outputs of SplitMix64-seeded xoshiro256** as the authors' C code gives them.
    @Test func randomSourceMatchesReferenceImplementation() {
        var source = RandomSource(seed: 0)
        let first = (0..<3).map { _ in source.next() }
        #expect(first == [0x99EC_5F36_CB75_F2B4, 0xBF6E_1F78_4956_452A, 0x1A5F_849D_4933_E6E0])
    }

    // MARK: - Ties and selection

    @Test(arguments: [1, 3, 64, 65, 300, 4096])
    func tiesGoToTheSmallerToken(_ count: Int) throws {
        let logits = [Float](repeating: 1.5, count: count)
        var greedy = try sampler { $0.temperature = 0 }
        #expect(try greedy.sample(logits.span).token == 0)
        var some = try sampler {
            $0.topK = 3
            $0.topP = 1
        }
        let kept = try some.distribution(logits.span).map(\.token)
        #expect(kept == (0..<Int32(min(3, count))).map { $0 })
    }

    @Test func minusZeroTiesWithZero() throws {
        var greedy = try sampler { $0.temperature = 0 }
        #expect(try greedy.sample([-1, -0.0, 0.0].span).token == 1)
    }

    @Test(arguments: [1, 2, 40, 255, 256, 257, 5000], [1, 63, 64, 65, 1000, 20_011])
    func selectionEqualsSorting(_ count: Int, _ size: Int) {
        let shapes: [[Float]] = [
            noise(size, seed: 3),
            noise(size, seed: 4).map { ($0 * 2).rounded() },
            (0..<size).map { Float($0) },
            (0..<size).map { Float(-$0) },
            (0..<size).map { Float($0 % 17) - 8 },
        ]
        for logits in shapes {
            var selection = CandidateSelection()
            selection.selectLargest(count, of: logits.span)
            let sorted = logits.indices.sorted { (logits[$1], $0) < (logits[$0], $1) }
            #expect(selection.keys.map { Int($0.token) } == Array(sorted.prefix(count)))
            #expect(selection.keys.allSatisfy { $0.logit == logits[Int($0.token)] })
        }
    }

    // MARK: - Damaged input

    @Test func notANumberIsNeverChosen() throws {
        var sampler = try sampler { $0.topK = 0 }
        let logits: [Float] = [.nan, 0, -.infinity, 1, .nan, -.nan, .signalingNaN]
        let kept = try sampler.distribution(logits.span).map(\.token)
        #expect(kept == [3, 1])
        for _ in 0..<50 { #expect([1, 3].contains(try sampler.sample(logits.span).token)) }
    }

    @Test func infinityCountsAsTheLargestNumber() throws {
        var sampler = try sampler { $0.logProbabilities = true }
        let drawn = try sampler.sample([0, .infinity, 5].span)
        #expect(drawn.token == 1)
        #expect(drawn.logProbability == 0)
    }

    @Test(arguments: [[], [.nan], [-.infinity, -.infinity]] as [[Float]], [0, 0.8] as [Float])
    func nothingToChooseFromThrows(_ logits: [Float], _ temperature: Float) throws {
        var sampler = try sampler { $0.temperature = temperature }
        let error = #expect(throws: SamplingError.self) { try sampler.sample(logits.span) }
        #expect(error?.code == .noCandidate)
    }

    @Test func extremeLogitsStayOrdinary() throws {
        var sampler = try sampler {
            $0.topK = 0
            $0.repeatPenalty = 0.001
            $0.logitBias = [0: .greatestFiniteMagnitude, 1: -.infinity, 99: 1, -1: 1]
        }
        sampler.acceptPrompt([0, 0, 2, -5, 77, .max, .min])
        let big = Float.greatestFiniteMagnitude
        #expect(try sampler.sample([big, big, -big].span).token == 0)
    }

    @Test(arguments: ["temperature", "top_p", "min_p", "typical_p", "repeat_penalty"])
    func meaninglessOptionIsNamed(_ name: String) throws {
        var configuration = SamplerConfiguration()
        switch name {
        case "temperature": configuration.temperature = .nan
        case "top_p": configuration.topP = .infinity
        case "min_p": configuration.minP = .nan
        case "typical_p": configuration.typicalP = -.infinity
        default: configuration.repeatPenalty = 0
        }
        let error = #expect(throws: SamplingError.self) { try Sampler(configuration) }
        #expect(error?.code == .invalidOption)
        #expect(error?.message.contains("'\(name)'") == true)
    }

    // MARK: - History and mask

    @Test func penaltyWindowForgetsOldTokens() throws {
        var sampler = try sampler {
            $0.temperature = 0
            $0.repeatLastN = 2
            $0.presencePenalty = 5
        }
        let logits: [Float] = [3, 2, 1, 0]
        sampler.acceptPrompt([0])
        #expect(try sampler.sample(logits.span).token == 1)
        sampler.accept(1)
        #expect(try sampler.sample(logits.span).token == 2)
        sampler.accept(2)
        #expect(try sampler.sample(logits.span).token == 0)
    }

    @Test func samplingDoesNotTouchTheHistory() throws {
        var sampler = try sampler {
            $0.temperature = 0
            $0.frequencyPenalty = 1
        }
        for _ in 0..<5 { #expect(try sampler.sample([1, 0.5].span).token == 0) }
    }

    /// Allows only the successor of the last accepted token.
    private struct Successor: TokenMask {
        var last: Int32
        func fill(_ allowed: inout TokenBitset) -> TokenMaskCoverage {
            allowed.insert(last + 1)
            return .some
        }
        mutating func accept(_ token: Int32) { last = token }
    }

    @Test func maskSeesGeneratedTokensOnlyAndRulesTheChoice() throws {
        var configuration = SamplerConfiguration()
        configuration.seed = 1
        configuration.logitBias = [5: 100]
        var sampler = try Sampler(configuration, mask: Successor(last: 66))
        sampler.acceptPrompt([1, 2, 3])
        let logits = noise(70, seed: 9)
        for expected in Int32(67)..<70 {
            let token = try sampler.sample(logits.span).token
            #expect(token == expected)
            sampler.accept(token)
        }
        #expect(throws: SamplingError.self) { try sampler.sample(logits.span) }
    }

    @Test func bitsetKeepsToItsCapacity() {
        var set = TokenBitset(capacity: 65)
        for token in [Int32.min, -1, 0, 64, 65, 128, .max] { set.insert(token) }
        #expect((Int32(-2)..<70).filter { set.contains($0) } == [0, 64])
        set.removeAll()
        #expect(!set.contains(0) && set.words.count == 2)
    }
}

@Suite struct ExponentialTests {
    @Test(arguments: [0, 1, 63, 64, 65, 997])
    func sumMatchesDoublePrecision(_ count: Int) {
        var source = RandomSource(seed: UInt64(count))
        var logits = (0..<count).map { _ in Float(source.nextUnit()) * 60 - 50 }
        let maximum = logits.max() ?? 0
        let exact = logits.reduce(0.0) { sum, logit in
            sum + Foundation.exp(Double(logit) - Double(maximum))
        }
        let fast = sumOfExponentials(logits.span, maximum: maximum)
        #expect(abs(fast - exact) <= 3e-7 * exact)

        logits += [.nan, -.infinity, .infinity] + [Float](repeating: .nan, count: 64)
        let damaged = sumOfExponentials(logits.span, maximum: maximum)
        #expect(abs(damaged - exact - 1) <= 4e-7 * (exact + 1))
    }
}
