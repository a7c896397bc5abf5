/// How much work one schema may cause.
enum SchemaLimits {
    /// Nesting of subschemas, references followed.
    static let depth = 96
    /// Alternatives that one place may multiply out to.
    static let alternatives = 512
    /// Alternatives of all places together.
    static let totalAlternatives = 100_000
    /// Rules that one schema may add.
    static let rules = 50_000
    /// States of one automaton of numbers.
    static let automatonStates = 20_000
    /// States of one automaton of texts, over scalars and over bytes.
    static let textStates = 6_000
    static let textBytes = 60_000
    /// States of all automata of texts together.
    static let totalTextStates = 200_000
    /// Values that one `enum` may list.
    static let values = 100_000
    /// Texts of `patternProperties` that one object may have to tell apart.
    static let keyPatterns = 6
}
