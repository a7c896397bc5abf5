import Foundation
import TestSupport
import Testing

@testable import ApusSampling

@Suite struct ScalarAutomatonTests {
    private static func automaton(
        _ pattern: String,
        _ scope: RegularExpression.Scope = .whole
    ) throws -> ScalarAutomaton {
        try ScalarAutomaton(RegularExpression(pattern), scope)
    }

    /// All texts of up to four of these scalars.
    private static let texts: [String] = {
        var all = [""]
        var longest = [""]
        for _ in 0..<4 {
            longest = longest.flatMap { text in ["a", "b", "é"].map { text + $0 } }
            all += longest
        }
        return all
    }()

    private static let patterns = [
        "a", "", "(a|b)*", "a*b*", "(ab)*é?", "[^a]*", ".*a.", "a|bé|éa", "(?:a|é){2,3}", "b+",
        "[]",
        "(..)*", ".{3,}", "^a|b$", "(a|é)*b(a|é)*",
    ]

    @Test func setOperationsAgreeWithMembership() throws {
        for left in Self.patterns {
            for right in Self.patterns {
                let (a, b) = (try Self.automaton(left), try Self.automaton(right))
                let both = try a.intersection(b)
                let either = try a.union(b)
                let without = try a.subtracting(b)
                for text in Self.texts {
                    let (inA, inB) = (a.matches(text), b.matches(text))
                    #expect(both.matches(text) == (inA && inB), "\(left) & \(right): \(text)")
                    #expect(either.matches(text) == (inA || inB), "\(left) | \(right): \(text)")
                    #expect(without.matches(text) == (inA && !inB), "\(left) - \(right): \(text)")
                }
            }
        }
    }

    @Test func equalLanguagesAreEqualValues() throws {
        for (left, right) in [
            ("(a|b)*", "(a*b*)*"), ("a+", "aa*"), ("[ab]|c", "[a-c]"), ("(?:a?){3}", "a{0,3}"),
            ("a|a", "a"), ("[]|a", "a"), ("(ab)*a", "a(ba)*"), ("[^a]|a", "[^]"), ("b[]", "[]"),
            ("^^a$$", "a"), ("a$b", "[]"), ("\\d\\d?", "[0-9]{1,2}"),
        ] {
            #expect(try Self.automaton(left) == Self.automaton(right), "\(left) \(right)")
        }
        for (left, right) in zip(Self.patterns, Self.patterns.dropFirst()) {
            let (a, b) = (try Self.automaton(left), try Self.automaton(right))
            let deMorgan = try a.complement().union(b.complement()).complement()
            #expect(try deMorgan == a.intersection(b))
            #expect(try a.complement().complement() == a)
            #expect(try a.subtracting(a) == .nothing)
            #expect(try a.union(a.complement()) == .anyText)
        }
    }

    @Test func minimalAutomataHaveTheKnownSizes() throws {
        #expect(try Self.automaton("(a|b)*abb").stateCount == 4)
        #expect(try Self.automaton("a{3}").stateCount == 4)
        #expect(try Self.automaton("(?:a|b)*a(?:a|b){3}").stateCount == 16)
        #expect(try Self.automaton("[]") == .nothing)
        #expect(try Self.automaton("", .anywhere) == .anyText)
    }

    @Test func lengthsAreCountedInScalars() throws {
        let words = try Self.automaton("[a-zé😀]+( [a-z]+)*")
        let short = try words.intersection(
            ScalarAutomaton(minimumLength: 3, maximumLength: 4)
        )
        for text in ["é😀a", "a bc", "abcd"] { #expect(short.matches(text), "\(text)") }
        for text in ["", "ab", "é😀", "abcde", "abc "] { #expect(!short.matches(text), "\(text)") }
        let long = try ScalarAutomaton(minimumLength: 2, maximumLength: nil)
        #expect(long.matches("ab") && long.matches("abcdef") && !long.matches("a"))
        #expect(try long == Self.automaton("[^]{2,}"))
        #expect(try ScalarAutomaton(minimumLength: 0, maximumLength: nil) == .anyText)
        #expect(try ScalarAutomaton(minimumLength: 3, maximumLength: 2) == .nothing)
        #expect(throws: GrammarError.self) {
            try ScalarAutomaton(minimumLength: 0, maximumLength: .max)
        }
    }

    @Test func otherKeys() throws {
        let keys = ["name", "na", "größe", "a\"b", "", "age"]
        let others = try ScalarAutomaton(texts: keys).complement()
        let spelled = try others.expression(spelledAs: .jsonString)
        for key in keys { #expect(!others.matches(key)) }
        for text in ["n", "nam", "names", "größ", "größer", "a\"c", "a\"", "ag"] {
            #expect(others.matches(text))
            #expect(NaiveMatcher.matches(spelled, Self.spelled(text)))
        }
        #expect(!NaiveMatcher.matches(spelled, #"n\u0061me"#))
        #expect(!NaiveMatcher.matches(spelled, #"a\"b"#))
        #expect(!NaiveMatcher.matches(spelled, #"a\u0022b"#))
    }

    // MARK: - Spelling

    /// The contents of a JSON string, written independently of `ScalarSpelling`.
    private static func spelled(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"": #"\""#
            case "\\": #"\\"#
            case "\u{8}": #"\b"#
            case "\t": #"\t"#
            case "\n": #"\n"#
            case "\u{C}": #"\f"#
            case "\r": #"\r"#
            case "\u{0}"..."\u{1F}":
                #"\u00"# + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: String(scalar)
            }
        }.joined()
    }

    @Test func spellingsAreDeterministicAndKeepTheLanguage() throws {
        let patterns = [
            "[^]*", "[^a]+", "\\p{L}{2}", "[\\s\\S]", "[\\x00-\\x20\"\\\\]*", "\\W\\w", "[^\\n]é?",
            "[\\u{800}-\\u{FFFF}]", "[߿-\u{801}]", "[\\u{FFFF}-\\u{10000}]", "[\\u{10FFFF}]", "",
            "[\\ud000-\\uf000]", "[à-ü漢😀-😎]|ab", "\\p{Lu}\\p{Nd}|\\p{P}", "[]",
        ]
        let scalars =
            (0...0x24).map { UInt32($0) } + [
                0x41, 0x5B, 0x5C, 0x5D, 0x61, 0x7F, 0x80, 0xE9, 0x7FF, 0x800, 0x801, 0xFFF, 0x1000,
                0x6F22,
                0xCFFF, 0xD000, 0xD7FF, 0xE000, 0xF000, 0xF001, 0xFFFF, 0x1_0000, 0x1_F600,
                0x3_FFFF,
                0x4_0000, 0xF_FFFF, 0x10_0000, 0x10_FFFF, 0x661, 0x391,
            ]
        let singles = scalars.compactMap { Unicode.Scalar($0).map(String.init) }
        let texts = [""] + singles + singles.map { "a" + $0 } + singles.map { $0 + "9" } + ["éé"]
        for pattern in patterns {
            let automaton = try Self.automaton(pattern)
            let plain = try automaton.expression(spelledAs: .utf8)
            let quoted = try automaton.expression(spelledAs: .jsonString)
            if pattern != "[]" {
                for case .automaton(let bytes) in [plain, quoted] { expectDeterministic(bytes) }
            }
            for text in texts {
                let expected = automaton.matches(text)
                #expect(NaiveMatcher.matches(plain, text) == expected, "\(pattern) \(text)")
                let json = Self.spelled(text)
                #expect(NaiveMatcher.matches(quoted, json) == expected, "\(pattern) \(json)")
            }
        }
    }

    /// Every scalar, at the ends of every range of a large set.
    @Test func largeSetsAreExact() throws {
        let set = try #require(UnicodeProperty.scalars("L"))
        let expression = try Self.automaton("\\p{L}").expression(spelledAs: .utf8)
        guard case .automaton(let bytes) = expression else { throw CancellationError() }
        #expect(bytes.states.count < 600)
        for range in set.ranges {
            for value in [range.lowerBound - 1, range.lowerBound, range.upperBound] + [
                range.upperBound + 1
            ] {
                guard let scalar = Unicode.Scalar(value) else { continue }
                let matches = NaiveMatcher.matches(expression, String(scalar))
                #expect(matches == set.contains(scalar), "\(value)")
            }
        }
    }

    @Test func malformedUTF8IsRefused() throws {
        var grammar = Grammar()
        grammar.root = try ScalarAutomaton.anyText.expression(spelledAs: .utf8)
        for bytes: [UInt8] in [
            [0x80], [0xC0, 0xAF], [0xC3], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xFF],
            [0xF0, 0x80, 0x80, 0xAF], [0xF4, 0x90, 0x80, 0x80], [0xC3, 0x28], [0xE2, 0x82],
        ] {
            #expect(!NaiveMatcher.matches(grammar, bytes))
        }
        for text in ["", "a", "é", "漢", "😀", "\u{10FFFF}"] {
            #expect(NaiveMatcher.matches(grammar, text))
        }
    }

    @Test func largeTreesAreKeptAsTrees() throws {
        let expression = try RegularExpression("^(?:a|b)*a(?:a|b){30}$").expression(.whole)
        if case .automaton = expression { Issue.record("an automaton of 2^31 states") }
        #expect(NaiveMatcher.matches(expression, "ba" + String(repeating: "ba", count: 15)))
        #expect(!NaiveMatcher.matches(expression, "bb" + String(repeating: "bb", count: 15)))
    }

    @Test func choices() throws {
        let grammar = try Grammar(choices: ["yes", "no", "yesterday", "größe", ""])
        for text in ["yes", "no", "yesterday", "größe", ""] {
            #expect(NaiveMatcher.matches(grammar, text))
        }
        for text in ["ye", "yess", "n", "gr", "yesno"] {
            #expect(!NaiveMatcher.matches(grammar, text))
        }
        #expect(throws: GrammarError.self) { try Grammar(choices: []) }
    }
}
