/// How one family of tokenizers cuts text: its stages and the sets of scalars only it needs.
///
/// The rules are those of the models' own `tokenizer.json` (or `tiktoken` pattern) where these
/// are public; where llama.cpp approximates one of them, the original is followed.
struct PreTokenizerRule: Sendable {
    var custom: [ScalarClassifier.Ranges] = []
    var stages: [Stage]

    init(custom: [ScalarClassifier.Ranges] = [], _ stages: Stage...) {
        self.custom = custom
        self.stages = stages
    }
}

extension PreTokenizerRule {
    /// GPT-2.
    ///
    /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
    static let gpt2 = PreTokenizerRule(.split(gpt2Patterns))

    /// GPT-2 after every digit was cut off.
    static let gpt2SingleDigits = PreTokenizerRule(
        .split([.sequence([.one(.number)])]),
        .split(gpt2Patterns)
    )

    /// Falcon: runs of punctuation first, digits in threes from the left last.
    static let falcon = PreTokenizerRule(
        custom: [asciiSymbols(except: [])],
        .split([.sequence([.some([.punctuation, .customA])])]),
        .split(gpt2Patterns),
        .split([.sequence([.exactly(3, .asciiDigit)])])
    )

    /// What llama.cpp does when a file names no rule.
    static let unnamed = PreTokenizerRule(
        custom: [asciiSymbols(except: [0x60])],
        .split([.sequence([.some([.punctuation, .customA])])]),
        .split(gpt2Patterns),
        .split([.sequence([.some(.number)])]),
        .split([.sequence([.exactly(3, .asciiDigit)])])
    )

    /// Chameleon.
    ///
    /// Its markers of images are special tokens, which are cut out before.
    static let chameleon = PreTokenizerRule(
        custom: [[0x09...0x0A]],
        .split([
            .sequence([.one(.customA)]), .sequence([.exactly(4, .space)]),
            .sequence([.exactly(2, .space)]),
        ]),
        .split([.sequence([.one(.number)])]),
        .split([.sequence([.one([.punctuation, .asciiPunctuation])])]),
        .split(gpt2Patterns)
    )

    /// BLOOM, GPT-3 Finnish, Poro.
    ///
    /// ` ?[^(\s|.,!?…。，、।۔،)]+`
    static let bloom = PreTokenizerRule(custom: [bloomStops], .split(bloomPatterns))

    static let viking = PreTokenizerRule(
        custom: [bloomStops],
        .split(bloomPatterns),
        .split([.sequence([.one(.number)])])
    )

    /// Lines and runs of line feeds: for models whose merges cross words.
    static let lines = PreTokenizerRule(.split(linePatterns))

    /// SuperBPE: nothing is cut but numbers, in threes from the right.
    static let superBPE = PreTokenizerRule(
        .split([.sequence([.some(.number)])]),
        .digitGroups(wholeWords: false)
    )

    /// Words apart, whitespace apart.
    static let whitespace = PreTokenizerRule(
        .split([.sequence([.some(.except(.whitespace))])])
    )

    static let gpt2Patterns: [Pattern] = [
        .contraction(ignoringCase: false),
        .sequence([.optional(.space), .some(.letter)]),
        .sequence([.optional(.space), .some(.number)]),
        .sequence([.optional(.space), .some(.except([.whitespace, .letter, .number]))]),
        .innerWhitespace,
        .sequence([.some(.whitespace)]),
    ]

    static let linePatterns: [Pattern] = [
        .sequence([.some(.except(.lineFeed))]), .sequence([.some(.lineFeed)]),
    ]

    private static let bloomPatterns: [Pattern] = [
        .sequence([.optional(.space), .some(.except([.whitespace, .customA]))])
    ]

    private static let bloomStops: ScalarClassifier.Ranges = [
        0x21...0x21, 0x28...0x29, 0x2C...0x2C, 0x2E...0x2E, 0x3F...0x3F, 0x7C...0x7C,
        0x60C...0x60C, 0x6D4...0x6D4, 0x964...0x964, 0x2026...0x2026, 0x3001...0x3002,
        0xFF0C...0xFF0C,
    ]

    /// The ASCII characters of the categories for symbols: `$+<=>^`, the backquote, `|~`.
    private static func asciiSymbols(except left: [UInt32]) -> ScalarClassifier.Ranges {
        [0x24, 0x2B, 0x3C, 0x3D, 0x3E, 0x5E, 0x60, 0x7C, 0x7E]
            .filter { !left.contains($0) }.map { $0...$0 }
    }
}
