private import ApusGGUF
private import ApusInference
private import ApusSampling
private import ApusTokenizers

#if canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#elseif canImport(Darwin)
private import Darwin
#endif

/// Times masks of grammars with a real vocabulary: `swift run -c release grammar-bench MODEL.gguf`.
@main
enum GrammarBench {
    static func main() throws {
        guard let path = CommandLine.arguments.dropFirst().first else {
            print("usage: grammar-bench MODEL.gguf")
            return
        }
        let tokenizer = try Tokenizer(Vocabulary(GGUFFile(path: path).metadata))
        let vocabulary = measureVocabulary(tokenizer)
        print("\(tokenizer.count) tokens; times in µs")
        var bench = MaskBenchmark(tokenizer: tokenizer, vocabulary: vocabulary)
        for workload in try Workload.all() { try bench.run(workload) }
        try SamplerBenchmark(tokenizer: tokenizer, vocabulary: vocabulary).run()
    }

    private static func measureVocabulary(_ tokenizer: Tokenizer) -> GrammarVocabulary {
        var best = Double.infinity
        var vocabulary = makeVocabulary(tokenizer)
        for _ in 0..<3 {
            let time = microseconds { vocabulary = makeVocabulary(tokenizer) }
            best = min(best, time)
        }
        print("vocabulary: \(Int(best)) µs")
        return vocabulary
    }

    private static func makeVocabulary(_ tokenizer: Tokenizer) -> GrammarVocabulary {
        GrammarVocabulary(
            count: tokenizer.count,
            bytes: { token in
                switch tokenizer.kind(of: token) {
                case .normal, .byte, .userDefined: tokenizer.bytes(of: token)
                default: nil
                }
            },
            specialText: { token in
                switch tokenizer.kind(of: token) {
                case .control, .userDefined: tokenizer.text(of: token)
                default: nil
                }
            },
            endOfGeneration: tokenizer.special.endOfGeneration
        )
    }
}

/// Processor time of this thread that something takes; other load on the machine does not count.
func microseconds(_ body: () throws -> Void) rethrows -> Double {
    var (before, after) = (timespec(), timespec())
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before)
    try body()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after)
    return Double(after.tv_sec - before.tv_sec) * 1e6 + Double(after.tv_nsec - before.tv_nsec) / 1e3
}
