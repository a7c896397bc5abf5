/// Rules of the line that began with GPT-4: a word takes one mark before it, digits are few, and
/// whitespace keeps to the line feeds after it.
extension PreTokenizerRule {
    /// GPT-4 and Llama 3.
    ///
    /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|`
    /// ` ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
    static let llama3 = PreTokenizerRule(.split(words(digits: 3)))

    /// Qwen 2: as Llama 3, every digit alone.
    static let qwen2 = PreTokenizerRule(.split(words(digits: 1)))

    /// Qwen 3.5: as Qwen 2, marks belong to words.
    static let qwen35 = PreTokenizerRule(
        .split(words(digits: 1, letters: [.letter, .mark]))
    )

    static let miniCPM5 = PreTokenizerRule(
        .split([.sequence([.some(.number, atMost: 3)])]),
        .split(words(digits: .max))
    )

    /// As Qwen 2 without contractions: Turkish suffixes stay with their apostrophe.
    static let ufakzeka = PreTokenizerRule(.split(Array(words(digits: 1).dropFirst())))

    static let laguna = PreTokenizerRule(.split(linePatterns), .split(words(digits: 1)))

    /// Jais 2: as Llama 3, runs of whitespace in powers of two.
    static let jais2 = PreTokenizerRule(
        .split(
            words(digits: 3).dropLast(2)
                + [512, 256, 128, 64, 32, 16, 8, 4].map { .innerWhitespace(min: $0, max: $0) }
                + [.innerWhitespace(min: 1, max: 2), .sequence([.one(.whitespace)])]
        )
    )

    /// Ling: as Qwen 2, but whitespace ends with its last line feed alone.
    static let bailingMoE = PreTokenizerRule(
        .split(
            wordsAndDigits(digits: 1)
                + [
                    .sequence(symbols + [.many(.newline)]),
                    .sequence([.many(.whitespace), .one(.newline)]),
                ] + whitespaceTail
        )
    )

    /// Seed: symbols keep away from line feeds.
    static let seed = PreTokenizerRule(
        .split(
            wordsAndDigits(digits: 1)
                + [
                    .sequence([
                        .optional(.space),
                        .some(.except([.whitespace, .letter, .number, .newline])),
                    ]),
                    .sequence([.many(.whitespace), .some(.newline)]),
                ] + whitespaceTail
        )
    )

    /// EXAONE MoE: words joined by single spaces are one piece.
    static let exaoneMoE = PreTokenizerRule(
        .split(
            [
                .contraction(ignoringCase: true),
                .phrase(prefix: .except([.newline, .letter, .number])),
                .sequence([.one(.number)]),
                .sequence(symbols + [.optional([.newline, .slash])]),
                .sequence([.many(.whitespace), .one(.newline)]),
            ] + whitespaceTail
        )
    )

    static func words(digits: Int, letters: ScalarClass = .letter) -> [Pattern] {
        wordsAndDigits(digits: digits, letters: letters)
            + [
                .sequence([
                    .optional(.space),
                    .some(.except([.whitespace, letters, .number])), .many(.newline),
                ]),
                .sequence([.many(.whitespace), .some(.newline)]),
            ] + whitespaceTail
    }

    /// The sequence ` ?[^\s\p{L}\p{N}]+`.
    static let symbols: [Quantified] = [
        .optional(.space), .some(.except([.whitespace, .letter, .number])),
    ]

    /// The patterns `\s+(?!\S)|\s+`.
    static let whitespaceTail: [Pattern] = [
        .innerWhitespace, .sequence([.some(.whitespace)]),
    ]

    private static func wordsAndDigits(
        digits: Int,
        letters: ScalarClass = .letter
    ) -> [Pattern] {
        [
            .contraction(ignoringCase: true),
            .sequence([.optional(.except([.newline, .letter, .number])), .some(letters)]),
            .sequence([.some(.number, atMost: digits)]),
        ]
    }
}
