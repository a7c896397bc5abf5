@testable import ApusSampling

/// Repeatable random numbers.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    /// Source: Steele and others, "Fast splittable pseudorandom number generators" (2014).
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Makes small grammars and vocabularies of all kinds.
struct GrammarGenerator {
    var random: SeededGenerator

    static let specialTexts = ["<t>", "<u>", "ab"]
    private static let scalars = Array("abcé€😀\"".unicodeScalars)

    init(seed: UInt64) { random = SeededGenerator(seed) }

    mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }

    mutating func grammar() -> Grammar {
        var grammar = Grammar()
        let rules = (0..<below(4)).map { grammar.declare("r\($0)") }
        for rule in rules { grammar.define(rule, as: expression(rules, depth: 3)) }
        grammar.root = expression(rules, depth: 4)
        return grammar
    }

    private mutating func expression(
        _ rules: [Grammar.RuleID],
        depth: Int
    ) -> GrammarExpression {
        guard depth > 0 else { return leaf(rules) }
        switch below(8) {
        case 0, 1: return .sequence((0..<below(4)).map { _ in expression(rules, depth: depth - 1) })
        case 2, 3: return .choice((0..<below(4)).map { _ in expression(rules, depth: depth - 1) })
        case 4, 5:
            let minimum = below(3)
            let maximum = [nil, minimum, minimum + 1, minimum + below(60)][below(4)]
            let body = expression(rules, depth: depth - 1)
            return .repeated(
                body,
                minimum: minimum * (1 + below(9)),
                maximum: maximum.map { $0 * 9 }
            )
        default: return leaf(rules)
        }
    }

    private mutating func leaf(_ rules: [Grammar.RuleID]) -> GrammarExpression {
        switch below(9) {
        case 0: return .literal(Array(text(below(4)).utf8.prefix(below(6))))
        case 1, 2: return .text(text(1 + below(3)))
        case 3: return .characters(ScalarSet(text(below(4))))
        case 4: return .characters(ScalarSet([0x61...0x62, 0xE0...0xF0, 0x2000 - 40...0x2010]))
        case 5: return .automaton(automaton())
        case 6: return [.tag("<t>"), .tag("ab"), .tag("<u>")][below(3)]
        case 7:
            return [.freeText(excluding: ["<t>"]), .freeText(excluding: ["ab", "bca"])][below(2)]
        default: return rules.isEmpty ? .text("c") : .rule(rules[below(rules.count)])
        }
    }

    private mutating func automaton() -> ByteAutomaton {
        let count = 1 + below(3)
        return ByteAutomaton(
            states: (0..<count).map { _ in
                let transitions = (0..<below(3)).map { _ in
                    let low = UInt8(0x61 + below(3))
                    return ByteAutomaton.Transition(low...low + UInt8(below(3)), to: below(count))
                }
                return ByteAutomaton.State(transitions: transitions, isAccepting: below(2) == 0)
            }
        )
    }

    private mutating func text(_ length: Int) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<length { text.append(Self.scalars[below(Self.scalars.count)]) }
        return String(text)
    }

    /// One token of a made-up vocabulary.
    struct Token {
        var bytes: [UInt8]?
        var special: String?
        var isEnd = false
    }

    /// All single bytes that matter, some longer pieces cut anywhere, special tokens and two ends.
    mutating func tokens() -> [Token] {
        let alphabet = Set("abcdé€😀\"<t>u\u{E5}\u{EF}\u{1FE0}\u{2001}".utf8).sorted()
        var tokens = alphabet.map { Token(bytes: [$0]) }
        for _ in 0..<60 {
            let bytes = Array((text(8) + "<t>").utf8)
            let start = below(bytes.count)
            tokens.append(Token(bytes: Array(bytes[start...].prefix(1 + below(12)))))
            if below(8) == 0 { tokens.append(Token(bytes: Array((text(9) + text(9)).utf8))) }
        }
        tokens += [
            Token(special: "<t>"), Token(special: "<u>"),
            Token(bytes: Array("ab".utf8), special: "ab"), Token(bytes: []), Token(),
            Token(special: "<end>", isEnd: true), Token(bytes: [0x61], isEnd: true),
            Token(bytes: [0xFF, 0x61]),
        ]
        tokens.shuffle(using: &random)
        return tokens
    }
}

extension GrammarVocabulary {
    convenience init(_ tokens: [GrammarGenerator.Token]) {
        self.init(
            count: tokens.count,
            bytes: { tokens[Int($0)].bytes },
            specialText: { tokens[Int($0)].special },
            endOfGeneration: Set(tokens.indices.filter { tokens[$0].isEnd }.map { Int32($0) })
        )
    }
}
