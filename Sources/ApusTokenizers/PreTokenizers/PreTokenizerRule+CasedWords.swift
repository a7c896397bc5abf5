/// Rules of the line that began with GPT-4o: a word is capitals, then small letters, then a
/// contraction, so `camelCase` is two pieces.
extension PreTokenizerRule {
    /// GPT-4o, Llama 4.
    ///
    /// With U = `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`,
    /// L = `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`, C = `(?i:'s|'t|'re|'ve|'m|'ll|'d)?`,
    /// `[^\r\n\p{L}\p{N}]?U*L+C|[^\r\n\p{L}\p{N}]?U+L*C|\p{N}{1,3}|`
    /// ` ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
    static let gpt4o = PreTokenizerRule(.split(casedWords(digits: 3)))

    /// Mistral Tekken: as GPT-4o without contractions, every digit alone.
    static let tekken = PreTokenizerRule(
        .split(casedWords(digits: 1, contractions: false))
    )

    /// MiniMax M2: as GPT-4o, but only ASCII letters have case, and marks are no letters.
    static let miniMaxM2 = PreTokenizerRule(
        .split(
            casedWords(
                upper: ScalarSet(.letter, except: .asciiLowercase),
                lower: ScalarSet(.letter, except: .asciiUppercase),
                digits: 3
            )
        )
    )

    /// Command A, Tiny Aya: digits in threes from the right, then GPT-4o.
    static let tinyAya = PreTokenizerRule(
        .digitGroups(wholeWords: true),
        .split(casedWords(digits: 3))
    )

    /// Kimi K2: as GPT-4o, runs of Han characters apart.
    static let kimiK2 = PreTokenizerRule(
        custom: [han],
        .split(
            [.sequence([.some(.customA)])]
                + casedWords(
                    upper: ScalarSet(upperClasses, except: .customA),
                    lower: ScalarSet(lowerClasses, except: .customA),
                    digits: 3,
                    symbolTail: .newline
                )
        )
    )

    /// Youtu: Hangul, CJK punctuation, Bopomofo and CJK runs apart, then GPT-4o, digits alone.
    static let youtu = PreTokenizerRule(
        custom: [
            [0x3131...0x318E, 0xAC00...0xD7A3],
            [
                0x2014...0x2014, 0x2018...0x2019, 0x201C...0x201D, 0x2026...0x2026,
                0x3001...0x303F, 0xFE30...0xFE4F, 0xFF01...0xFF01, 0xFF0C...0xFF0C,
                0xFF1A...0xFF1B,
            ],
            [0x3105...0x312F],
            chineseAndKana,
        ],
        .split([
            .sequence([.some(.customA)]), .sequence([.some(.customB)]),
            .sequence([.some(.customC)]), .sequence([.some(.customD)]),
        ]),
        .split(casedWords(digits: 1))
    )

    /// The set `[一-龥぀-ゟ゠-ヿ]`.
    static let chineseAndKana: ScalarClassifier.Ranges = [0x3040...0x30FF, 0x4E00...0x9FA5]

    private static let upperClasses: ScalarClass = [
        .uppercase, .titlecase, .modifierLetter, .otherLetter, .mark,
    ]
    private static let lowerClasses: ScalarClass = [
        .lowercase, .modifierLetter, .otherLetter, .mark,
    ]

    private static func casedWords(
        upper: ScalarSet = ScalarSet(upperClasses),
        lower: ScalarSet = ScalarSet(lowerClasses),
        digits: Int,
        contractions: Bool = true,
        symbolTail: ScalarClass = [.newline, .slash]
    ) -> [Pattern] {
        let prefix = Quantified.optional(.except([.newline, .letter, .number]))
        let words: [[Quantified]] = [
            [prefix, .many(upper), .some(lower)], [prefix, .some(upper), .many(lower)],
        ]
        return words.map { contractions ? .sequenceWithContraction($0) : .sequence($0) }
            + [
                .sequence([.some(.number, atMost: digits)]),
                .sequence(symbols + [.many(symbolTail)]),
                .sequence([.many(.whitespace), .some(.newline)]),
            ] + whitespaceTail
    }

    /// The script Han.
    private static let han: ScalarClassifier.Ranges = [
        0x2E80...0x2E99, 0x2E9B...0x2EF3, 0x2F00...0x2FD5, 0x3005...0x3005, 0x3007...0x3007,
        0x3021...0x3029, 0x3038...0x303B, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFA6D,
        0xFA70...0xFAD9, 0x16FE2...0x16FE3, 0x16FF0...0x16FF1, 0x20000...0x2A6DF,
        0x2A700...0x2B739, 0x2B740...0x2B81D, 0x2B820...0x2CEA1, 0x2CEB0...0x2EBE0,
        0x2EBF0...0x2EE5D, 0x2F800...0x2FA1D, 0x30000...0x3134A, 0x31350...0x323AF,
    ]
}
