/// The properties of a Unicode scalar that pre-tokenizer rules ask for; a scalar has several.
struct ScalarClass: OptionSet, Sendable {
    let rawValue: UInt32

    // General categories.
    static let uppercase = ScalarClass(rawValue: 1 << 0)
    static let lowercase = ScalarClass(rawValue: 1 << 1)
    static let titlecase = ScalarClass(rawValue: 1 << 2)
    static let modifierLetter = ScalarClass(rawValue: 1 << 3)
    static let otherLetter = ScalarClass(rawValue: 1 << 4)
    static let mark = ScalarClass(rawValue: 1 << 5)
    static let digit = ScalarClass(rawValue: 1 << 6)
    static let otherNumber = ScalarClass(rawValue: 1 << 7)
    static let connector = ScalarClass(rawValue: 1 << 8)
    static let otherPunctuation = ScalarClass(rawValue: 1 << 9)
    static let symbol = ScalarClass(rawValue: 1 << 10)

    // Sets that cut across categories.
    /// The property White_Space: `\s`.
    static let whitespace = ScalarClass(rawValue: 1 << 11)
    /// Carriage return and line feed.
    static let newline = ScalarClass(rawValue: 1 << 12)
    static let lineFeed = ScalarClass(rawValue: 1 << 13)
    /// U+0020 only.
    static let space = ScalarClass(rawValue: 1 << 14)
    static let apostrophe = ScalarClass(rawValue: 1 << 15)
    static let slash = ScalarClass(rawValue: 1 << 16)
    static let asciiLowercase = ScalarClass(rawValue: 1 << 17)
    static let asciiUppercase = ScalarClass(rawValue: 1 << 18)
    static let asciiDigit = ScalarClass(rawValue: 1 << 19)
    /// The 32 printable ASCII characters that are neither letters, digits nor space.
    static let asciiPunctuation = ScalarClass(rawValue: 1 << 20)
    /// What `\w` matches in Oniguruma: alphabetic scalars, marks, decimal digits, connectors and
    /// Latin-1's superscript digits and fractions.
    static let word = ScalarClass(rawValue: 1 << 21)

    // Sets that one rule defines for itself, by ranges.
    static let customA = ScalarClass(rawValue: 1 << 24)
    static let customB = ScalarClass(rawValue: 1 << 25)
    static let customC = ScalarClass(rawValue: 1 << 26)
    static let customD = ScalarClass(rawValue: 1 << 27)
    static let custom: [ScalarClass] = [.customA, .customB, .customC, .customD]

    /// Every scalar.
    static let any = ScalarClass(rawValue: 1 << 31)

    static let letter: ScalarClass = [
        .uppercase, .lowercase, .titlecase, .modifierLetter, .otherLetter,
    ]
    static let number: ScalarClass = [.digit, .otherNumber]
    static let punctuation: ScalarClass = [.connector, .otherPunctuation]
    static let asciiLetter: ScalarClass = [.asciiLowercase, .asciiUppercase]
}

/// Scalars that have one of some properties and none of others.
struct ScalarSet: Sendable {
    private let included: UInt32
    private let excluded: UInt32

    init(_ included: ScalarClass, except excluded: ScalarClass = []) {
        self.included = included.rawValue
        self.excluded = excluded.rawValue
    }

    static func except(_ excluded: ScalarClass) -> ScalarSet {
        ScalarSet(.any, except: excluded)
    }

    func contains(_ classes: UInt32) -> Bool {
        classes & included != 0 && classes & excluded == 0
    }
}
