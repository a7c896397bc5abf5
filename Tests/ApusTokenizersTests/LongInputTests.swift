import Testing

@testable import ApusTokenizers

/// Inputs on which a careless tokenizer is quadratic.
///
/// The limits only tell minutes from seconds; without optimisation the inputs are smaller.
@Suite struct LongInputTests {
    #if DEBUG
    private static let size = 32 << 10
    #else
    private static let size = 256 << 10
    #endif

    private static let units = ["a", "A", " ", "\n", "7", "=", "中", "\u{301}", "ab", " \n", "</s>"]

    private static let kinds = [
        "byte pairs, llama-bpe", "sentencepiece, bytes", "unigram, characters mapped",
        "word pieces, lower case", "character pairs",
    ]

    @Test(.timeLimit(.minutes(1)), arguments: kinds)
    func repeatedTextEndsInTime(kind: String) throws {
        let model = try #require(try TrainedModel.loaded.get()[kind])
        let tokenizer = try model.tokenizer()
        let isExact = kind.contains("byte") || kind.contains("character pairs")
        for unit in Self.units {
            let text = String(repeating: unit, count: Self.size / unit.utf8.count)
            let tokens = tokenizer.encode(text, addSpecial: false)
            if isExact { #expect(tokenizer.decode(tokens).utf8.elementsEqual(text.utf8)) }
        }
    }

    /// Merges that double: the heap has most to do.
    @Test(.timeLimit(.minutes(1)))
    func doublingMergesEndInTime() throws {
        var merges: [String] = []
        var more: [(text: String, kind: TokenKind)] = []
        for power in 0..<9 {
            let half = String(repeating: "a", count: 1 << power)
            merges.append("\(half) \(half)")
            more.append((half + half, .normal))
        }
        let tokenizer = try Tokenizer(SmallVocabularies.bytePairs(more, merges: merges))
        let tokens = tokenizer.encode(String(repeating: "a", count: Self.size + 3))
        #expect(tokens.count == Self.size / 512 + 2)
        #expect(tokens.prefix(Self.size / 512).allSatisfy { $0 == 264 })
    }

    @Test(.timeLimit(.minutes(1)), arguments: PreTokenizerTests.ruleNames)
    func everyRuleCutsLongRunsInTime(name: String) throws {
        let preTokenizer = PreTokenizer(try PreTokenizerCatalog.entry(named: name).rule)
        for unit in ["a", "A", " ", "7", "=", "\u{301}", "a "] {
            let bytes = Array(String(repeating: unit, count: Self.size / 4).utf8)
            #expect(preTokenizer.split(bytes, 0..<bytes.count).last == bytes.count)
        }
    }
}
