internal import ApusSampling
internal import ApusTokenizers

/// Times `sample` with and without masks.
struct SamplerBenchmark {
    let tokenizer: Tokenizer
    let vocabulary: GrammarVocabulary

    func run() throws {
        print("\nsample, median of 200")
        var random = RandomWalk(state: 7)
        let logits = (0..<tokenizer.count).map { _ in Float(random.next() % 20_000) / 1000 - 10 }
        var grammar = Grammar()
        grammar.root = .choice([.text("yes"), .text("no")])
        let few = try CompiledGrammar(grammar, vocabulary: vocabulary)
        grammar.root = Workload.string(&grammar)
        let string = try CompiledGrammar(grammar, vocabulary: vocabulary)
        let quote = tokenizer.encode("\"", addSpecial: false)
        grammar.root = .freeText(excluding: ["<tool_call>"])
        let free = try CompiledGrammar(grammar, vocabulary: vocabulary)
        for temperature in [Float(0), 0.8] {
            print("  temperature \(temperature)")
            try time("no mask", nil, [], logits, temperature)
            try time("few tokens", few, [], logits, temperature)
            try time("inside a string", string, quote, logits, temperature)
            try time("free text", free, [], logits, temperature)
        }
    }

    private func time(
        _ name: String,
        _ grammar: CompiledGrammar?,
        _ prefix: [Int32],
        _ logits: [Float],
        _ temperature: Float
    ) throws {
        var options = SamplerConfiguration()
        options.temperature = temperature
        options.seed = 1
        var sampler = try Sampler(options, mask: grammar?.matcher())
        for token in prefix { sampler.accept(token) }
        var times: [Double] = []
        for _ in 0..<200 {
            times.append(try microseconds { _ = try sampler.sample(logits.span) })
        }
        print("    \(name): \(Int(times.sorted()[100]))")
    }
}
