import Foundation
import Testing

@testable import ApusSampling

/// Survivors and probabilities against the float64 pipeline of `Fixtures/make_pipeline.py`.
@Suite struct PipelineTests {
    struct Fixture: Decodable {
        struct Case: Decodable, Sendable, CustomTestStringConvertible {
            let name: String
            let logits: String
            let options: [String: Float]
            let history: [Int32]
            let bias: [String: Float]
            let allowed: [Int32]?
            let tokens: [Int32]
            let probabilities: [Double]
            let top: [Int32]
            let top_logprobs: [Double]
            var testDescription: String { name }

            var configuration: SamplerConfiguration {
                get throws {
                    var result = SamplerConfiguration()
                    for (name, value) in options {
                        switch name {
                        case "temperature": result.temperature = value
                        case "top_k": result.topK = Int(value)
                        case "top_p": result.topP = value
                        case "min_p": result.minP = value
                        case "typical_p": result.typicalP = value
                        case "repeat_last_n": result.repeatLastN = Int(value)
                        case "repeat_penalty": result.repeatPenalty = value
                        case "presence_penalty": result.presencePenalty = value
                        case "frequency_penalty": result.frequencyPenalty = value
                        default: Issue.record("unknown option \(name)")
                        }
                    }
                    for (token, value) in bias {
                        result.logitBias[try #require(Int32(token))] = value
                    }
                    result.seed = 1
                    result.logProbabilities = true
                    result.topLogProbabilities = 5
                    return result
                }
            }
        }
        let logits: [String: [Float]]
        let cases: [Case]
    }

    static let fixture: Result<Fixture, any Error> = Result {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/pipeline.json")
        return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url))
    }

    @Test func fixtureIsComplete() throws {
        let fixture = try Self.fixture.get()
        #expect(fixture.cases.count > 150)
    }

    @Test(arguments: (try? fixture.get().cases) ?? [])
    func survivorsMatchReference(_ expected: Fixture.Case) throws {
        let logits = try #require(try Self.fixture.get().logits[expected.logits])
        let mask = expected.allowed.map { FixedMask(tokens: $0) }
        var sampler = try Sampler(try expected.configuration, mask: mask)
        sampler.acceptPrompt(expected.history)

        let actual = try sampler.distribution(logits.span)
        #expect(Set(actual.map(\.token)) == Set(expected.tokens))
        let reference = Dictionary(
            uniqueKeysWithValues: zip(expected.tokens, expected.probabilities)
        )
        for (token, probability) in actual {
            // Penalties and bias are applied in float32: half a unit in the last place of a logit
            // of 10 is 5e-7, divided by a temperature of 0.05 at most 1e-5 relative; logits of
            // 1e5 are 4e-3 off and their gaps are far larger than one.
            let wanted = try #require(reference[token])
            #expect(abs(probability - wanted) <= 2e-5 * max(wanted, 1e-9), "token \(token)")
        }

        for _ in 0..<20 {
            let drawn = try sampler.sample(logits.span)
            #expect(reference[drawn.token] != nil)
            #expect(drawn.alternatives.map(\.token) == expected.top)
            for (candidate, wanted) in zip(drawn.alternatives, expected.top_logprobs) {
                let error = abs(Double(candidate.logProbability) - wanted)
                #expect(error <= 1e-6 * max(1, abs(wanted)))
            }
            if let position = expected.top.firstIndex(of: drawn.token) {
                #expect(drawn.logProbability == drawn.alternatives[position].logProbability)
            }
        }
    }
}

/// Allows the same tokens at every step and remembers what it was told.
struct FixedMask: TokenMask {
    let tokens: [Int32]
    func fill(_ allowed: inout TokenBitset) -> TokenMaskCoverage {
        for token in tokens { allowed.insert(token) }
        return .some
    }
    mutating func accept(_ token: Int32) {}
}
