import TestSupport
import Testing

@testable import ApusTensors

/// Experts are the largest scores, equal ones by index, and weights follow the rule.
@Suite struct TopKRouterTests {
    func route(_ logits: [Float], _ routing: Routing) -> (experts: [Int32], weights: [Float]) {
        var logits = logits
        var experts = Array(repeating: Int32(-1), count: routing.used)
        var weights = Array(repeating: Float(0), count: routing.used)
        logits.withUnsafeMutableBufferPointer { logits in
            experts.withUnsafeMutableBufferPointer { experts in
                weights.withUnsafeMutableBufferPointer { weights in
                    TopKRouter(routing).route(logits, experts: experts, weights: weights)
                }
            }
        }
        return (experts, weights)
    }

    @Test(arguments: [(1, 1), (8, 2), (128, 8), (1_024, 8), (16, 16)])
    func choosesAsASortWould(experts: Int, used: Int) {
        var random = SplitMix64(seed: UInt64(experts))
        for _ in 0..<50 {
            let logits = (0..<experts).map { _ in Float(Int.random(in: -9...9, using: &random)) }
            let expected = logits.indices.sorted {
                (-logits[$0], $0) < (-logits[$1], $1)
            }.prefix(used).map(Int32.init)
            #expect(route(logits, Routing(experts: experts, used: used)).experts == expected)
        }
    }

    @Test func weightsFollowTheRule() {
        let logits: [Float] = [0, 1, 2, 3]
        func sum(_ routing: Routing) -> Float { route(logits, routing).weights.reduce(0, +) }
        #expect(abs(sum(Routing(experts: 4, used: 2)) - 1) < 1e-6)
        #expect(abs(sum(Routing(experts: 4, used: 2, scale: 2.5)) - 2.5) < 1e-5)
        let plain = route(logits, Routing(experts: 4, used: 2, normalizesWeights: false))
        #expect(abs(plain.weights[0] - 0.643_914) < 1e-5)
        let chosen = route(
            logits,
            Routing(experts: 4, used: 2, gating: .softmaxOfChosen, normalizesWeights: false)
        )
        #expect(abs(chosen.weights[0] - 0.731_059) < 1e-5)
        let sigmoid = route(
            logits,
            Routing(experts: 4, used: 2, gating: .sigmoid, normalizesWeights: false)
        )
        #expect(abs(sigmoid.weights[0] - 0.952_574) < 1e-5)
    }
}
