internal import ApusSampling
internal import ApusTokenizers

/// Times masks along texts and along random walks, with a new grammar and with one that is warm.
struct MaskBenchmark {
    let tokenizer: Tokenizer
    let vocabulary: GrammarVocabulary
    private var random = RandomWalk(state: 42)

    init(tokenizer: Tokenizer, vocabulary: GrammarVocabulary) {
        self.tokenizer = tokenizer
        self.vocabulary = vocabulary
    }

    mutating func run(_ workload: Workload) throws {
        var compiled = try CompiledGrammar(workload.grammar, vocabulary: vocabulary)
        var best = Double.infinity
        for _ in 0..<5 {
            let time = try microseconds {
                compiled = try CompiledGrammar(workload.grammar, vocabulary: vocabulary)
            }
            best = min(best, time)
        }
        print("\n\(workload.name): compiled in \(Int(best))")
        let tokens = tokenizer.encode(workload.text, addSpecial: false, parseSpecial: true)
        report("text, cold", replay(tokens, compiled))
        report("text, warm", replay(tokens, compiled))
        compiled = try CompiledGrammar(workload.grammar, vocabulary: vocabulary)
        var walks: [Double] = []
        for _ in 0..<4 { walks += walk(compiled) }
        report("walk, cold", walks)
    }

    /// Times of the masks along tokens; says where the text is refused.
    private func replay(_ tokens: [Int32], _ grammar: CompiledGrammar) -> [Double] {
        var matcher = grammar.matcher()
        var allowed = TokenBitset(capacity: vocabularyCount)
        var times: [Double] = []
        for (index, token) in tokens.enumerated() {
            allowed.removeAll()
            var coverage = TokenMaskCoverage.some
            times.append(microseconds { coverage = matcher.fill(&allowed) })
            guard coverage == .everything || allowed.contains(token) else {
                print("  refused at token \(index): \(tokenizer.decode([token]))")
                break
            }
            matcher.accept(token)
        }
        if !matcher.isComplete { print("  the text is not complete") }
        return times
    }

    /// Times of the masks along tokens chosen at random.
    private mutating func walk(_ grammar: CompiledGrammar) -> [Double] {
        var matcher = grammar.matcher()
        var allowed = TokenBitset(capacity: vocabularyCount)
        var times: [Double] = []
        for _ in 0..<200 {
            allowed.removeAll()
            times.append(microseconds { _ = matcher.fill(&allowed) })
            guard let token = random.choose(from: allowed),
                !tokenizer.isEndOfGeneration(token)
            else { break }
            matcher.accept(token)
        }
        return times
    }

    private var vocabularyCount: Int { tokenizer.count }

    private func report(_ name: String, _ times: [Double]) {
        let sorted = times.sorted()
        func part(_ share: Double) -> Int {
            let place = min(Int(Double(sorted.count) * share), sorted.count - 1)
            return sorted.isEmpty ? 0 : Int(sorted[place])
        }
        let mean = times.isEmpty ? 0 : Int(times.reduce(0, +) / Double(times.count))
        print(
            "  \(name): \(times.count) masks, median \(part(0.5)), mean \(mean), p90 \(part(0.9)), "
                + "p99 \(part(0.99)), max \(part(1))"
        )
    }
}

/// Repeatable choices.
struct RandomWalk {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 20
    }

    mutating func choose(from set: TokenBitset) -> Int32? {
        var left = set.words.reduce(0) { $0 + $1.nonzeroBitCount }
        guard left > 0 else { return nil }
        left = Int(next() % UInt64(left))
        for (index, word) in set.words.enumerated() {
            if left >= word.nonzeroBitCount {
                left -= word.nonzeroBitCount
                continue
            }
            var word = word
            for _ in 0..<left { word &= word - 1 }
            return Int32(index * 64 + word.trailingZeroBitCount)
        }
        return nil
    }
}
