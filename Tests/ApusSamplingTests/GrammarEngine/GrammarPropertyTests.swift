import Foundation
import Testing

@testable import ApusSampling

@Suite struct GrammarPropertyTests {
    /// How many random grammars are tried; `APUS_FUZZ` asks for more.
    static let rounds = ProcessInfo.processInfo.environment["APUS_FUZZ"].flatMap { Int($0) } ?? 14

    /// The mask allows a token exactly when the oracle can go on with it, at every step of random
    /// walks; with a memory limit of 0 the automaton is begun anew before every call.
    @Test func masksMatchTheOracle() throws {
        var compared = 0
        for seed in 0..<Self.rounds {
            var generator = GrammarGenerator(seed: UInt64(seed))
            let grammar = generator.grammar()
            let tokens = generator.tokens()
            let vocabulary = GrammarVocabulary(tokens)
            let oracle = GrammarOracle(grammar)
            do {
                let compiled = try CompiledGrammar(grammar, vocabulary: vocabulary)
                let forgetful = try CompiledGrammar(
                    grammar,
                    vocabulary: vocabulary,
                    memoryLimit: 0
                )
                for _ in 0..<2 {
                    let walk = Walk(seed: seed, tokens: tokens, oracle: oracle)
                    compared += try walk.run([compiled, forgetful], &generator)
                }
            } catch let error as GrammarError where error.code == .unsatisfiable {
                #expect(oracle.start.isEmpty, "seed \(seed)")
            } catch let error as GrammarError where error.code == .unsupported {
                // Left recursion; the oracle is not made for it.
                continue
            }
        }
        #expect(compared > Self.rounds * 10)
    }

    /// A random walk that compares every mask.
    private struct Walk {
        let seed: Int
        let tokens: [GrammarGenerator.Token]
        let oracle: GrammarOracle

        /// Returns the number of tokens that were compared.
        func run(
            _ grammars: [CompiledGrammar],
            _ generator: inout GrammarGenerator
        ) throws -> Int {
            var matchers = grammars.map { $0.matcher() }
            var state = oracle.start
            var compared = 0
            try #require(!state.isEmpty, "seed \(seed)")
            for step in 0..<10 where state.count < 25 {
                let isComplete = oracle.isComplete(state)
                let next = tokens.map { token in
                    token.isEnd
                        ? [] : oracle.advance(state, bytes: token.bytes, special: token.special)
                }
                let expected = tokens.indices.filter {
                    tokens[$0].isEnd ? isComplete : !next[$0].isEmpty
                }
                try #require(isComplete || !expected.isEmpty, "seed \(seed)")
                for index in matchers.indices {
                    #expect(matchers[index].isComplete == isComplete, "seed \(seed) step \(step)")
                    let allowed = try mask(&matchers[index], expected)
                    try #require(
                        allowed == expected,
                        "seed \(seed) step \(step) matcher \(index) \(oracle.grammar)"
                    )
                }
                compared += expected.count
                let choices = expected.filter { !tokens[$0].isEnd }
                guard let token = choices.randomElement(using: &generator.random) else { break }
                state = next[token]
                for index in matchers.indices { matchers[index].accept(Int32(token)) }
            }
            return compared
        }

        private func mask(_ matcher: inout GrammarMatcher, _ expected: [Int]) throws -> [Int] {
            var allowed = TokenBitset(capacity: tokens.count)
            let coverage = matcher.fill(&allowed)
            let usable = tokens.count {
                $0.isEnd || $0.special != nil || !($0.bytes ?? []).isEmpty
            }
            #expect((coverage == .everything) == (expected.count == usable), "seed \(seed)")
            return tokens.indices.filter { allowed.contains(Int32($0)) }
        }
    }
}
