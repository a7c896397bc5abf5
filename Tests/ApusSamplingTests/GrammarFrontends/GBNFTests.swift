import Testing

@testable import ApusSampling

@Suite struct GBNFTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let name: String
        let grammar: String
        let accepted: [String]
        let refused: [String]
        var testDescription: String { name }
    }

    static let examples: [Example] = [
        Example(
            name: "literals and escapes",
            grammar: #"root ::= "a\n\r\t\\\"\[\]\-\x41\u00e9\U0001F600é""#,
            accepted: ["a\n\r\t\\\"[]-Aé😀é"],
            refused: ["", "a", "a\n\r\t\\\"[]-Aé😀éx"]
        ),
        Example(
            name: "byte escapes are characters",
            grammar: #"root ::= "\xe9""#,
            accepted: ["é"],
            refused: ["e"]
        ),
        Example(
            name: "classes",
            grammar: #"root ::= [a-cx\]\-\n\u00e0-\u00ff] [^"\\\x00-\x1f] [-a] [a-] [[] [x^]"#,
            accepted: ["axaa[^", "]é--[^", "\n😀-a[^", "éaa-[^", "- -a[^"],
            refused: [
                "d", "a\"aa[^", "a\naa[^", "axba[^", "axab[^", "axaa]^", "axaa[a", "axaa[\\^",
            ]
        ),
        Example(
            name: "dot is any character",
            grammar: "root ::= . .",
            accepted: ["ab", "\n\n", "é😀"],
            refused: ["", "a", "abc"]
        ),
        Example(
            name: "alternatives, groups, empty alternatives",
            grammar: #"root ::= ("a" | "b" ("c" |) | ) "d" | "e""#,
            accepted: ["ad", "bcd", "bd", "d", "e"],
            refused: ["", "a", "cd", "ae", "ee"]
        ),
        Example(
            name: "quantifiers",
            grammar: #"root ::= "a"* "b"+ "c"? [d]{2} ("e" "f"){1,} "g"{0,2} "h"{,1} "i"{ 1 , 2 }"#,
            accepted: ["bddefi", "aabbcddefefgghii"],
            refused: ["ddefi", "bdefi", "bddi", "bddefgggi", "bddefhhi", "bddef", "bddefiii"]
        ),
        Example(
            name: "a quantifier of a literal takes all of it, and a second one both",
            grammar: #"root ::= "ab"{2}* "c""#,
            accepted: ["c", "ababc", "ababababc"],
            refused: ["abc", "abbc", "abababc"]
        ),
        Example(
            name: "comments and lines",
            grammar: """
                # a list
                root ::= # what it is
                  item ( # more
                    "," # comma
                    item
                  )* |
                  "none"   # nothing

                item ::= [a-z]+\t# a word
                # the end
                """,
            accepted: ["a", "ab,c,d", "none"],
            refused: ["", ",", "a,", "a,,b"]
        ),
        Example(
            name: "carriage returns",
            grammar: "root ::= a b-c\r\na ::= \"a\"\r\n\r\nb-c ::= \"b\"\r\n",
            accepted: ["ab"],
            refused: ["a", "b"]
        ),
        Example(
            name: "recursion, names, use before definition",
            grammar: """
                root ::= Sum_1
                Sum_1 ::= term-2 ([-+*/] term-2)*
                term-2 ::= [0-9]+ | "(" Sum_1 ")" | ident
                ident ::= [a-z] [a-z0-9_]*
                """,
            accepted: ["1", "1+2*x1", "((1)-(2/(3)))"],
            refused: ["", "1+", "(1", "1)", "X"]
        ),
        Example(
            name: "tokens",
            grammar: "root ::= <|think|> !</think>* </think> [a-z]+",
            accepted: ["<|think|></think>a", "<|think|>hm < </thin></think>a"],
            refused: ["a", "<|think|>a", "<|think|></think></think>a"]
        ),
        Example(
            name: "an excluded token in parentheses",
            grammar: "root ::= <a> ( !<b> )* <b> (<c>)*",
            accepted: ["<a><b>", "<a>x<a><b><c><c>"],
            refused: ["<a>", "<a><b><b>", "x<b>"]
        ),
        Example(
            name: "a literal with a comment sign",
            grammar: ##"root ::= "#" [#] "::=""##,
            accepted: ["##::="],
            refused: ["#", ""]
        ),
    ]

    @Test(arguments: examples)
    func matches(example: Example) throws {
        let grammar = try Grammar(gbnf: example.grammar)
        for text in example.accepted {
            #expect(NaiveMatcher.matches(grammar, text), "\(text.debugDescription)")
        }
        for text in example.refused {
            #expect(!NaiveMatcher.matches(grammar, text), "\(text.debugDescription)")
        }
    }

    @Test(arguments: [
        ("", GrammarError.Code.syntax, "no rule 'root'"), ("# nothing", .syntax, "no rule 'root'"),
        ("a ::= \"a\"", .syntax, "no rule 'root'"), ("root ::= x", .syntax, "'x' is not defined"),
        ("root ::= \"a\"\n  | \"b\"", .syntax, "line 2, column 3"),
        ("root ::= \"a\"\nroot ::= \"b\"", .syntax, "'root' is defined twice in line 2, column 1"),
        ("root ::= a\n\na ::= b\n", .syntax, "'b' is not defined in line 3, column 7"),
        ("root = \"a\"", .syntax, "Expected '::='"), ("::= \"a\"", .syntax, "name of a rule"),
        ("root ::= \"a", .syntax, "not closed in line 1, column 10"),
        ("root ::= [a", .syntax, "not closed"), ("root ::= []", .syntax, "Empty class"),
        ("root ::= [^]", .syntax, "Empty class"), ("root ::= [b-a]", .syntax, "out of order"),
        ("root ::= (\"a\"", .syntax, "Expected ')'"), ("root ::= \"a\")", .syntax, "')' without"),
        ("root ::= * \"a\"", .syntax, "Nothing to repeat"),
        ("root ::= \"a\" | +", .syntax, "Nothing to repeat"),
        ("root ::= {2}", .syntax, "Nothing to repeat"),
        ("root ::= \"a\"{", .syntax, "Expected '}'"), ("root ::= \"a\"{}", .syntax, "a number"),
        ("root ::= \"a\"{,}", .syntax, "a number"), ("root ::= \"a\"{2 3}", .syntax, "'}'"),
        ("root ::= \"a\"{3,2}", .syntax, "out of order"),
        ("root ::= \"a\"{99999999999999999999}", .limit, "above 1000000"),
        (#"root ::= "\q""#, .syntax, "Unknown escape in line 1, column 11"),
        (#"root ::= "\"#, .syntax, "Unknown escape"), (#"root ::= "\x4""#, .syntax, "2 hexa"),
        (#"root ::= "\u12g4""#, .syntax, "4 hexa"), (#"root ::= "\U0011"#, .syntax, "8 hexa"),
        (#"root ::= "\ud800""#, .syntax, "no character"),
        (#"root ::= "\U00110000""#, .syntax, "no character"),
        ("root ::= <[12]>", .unsupported, "token by number"),
        ("root ::= !<[12]>*", .unsupported, "token by number"),
        ("root ::= !<a>", .unsupported, "'!<a>' without '*'"), ("root ::= !a", .syntax, "'<'"),
        ("root ::= (!<a>)+", .unsupported, "'!<a>' without '*'"),
        ("root ::= <a", .syntax, "not closed"), ("root ::= <>", .syntax, "Empty token"),
        ("root ::= é", .syntax, "end of the line"), ("root ::= 'a'", .syntax, "end of the line"),
    ])
    func refusals(text: String, code: GrammarError.Code, words: String) {
        let error = #expect(throws: GrammarError.self) { try Grammar(gbnf: text) }
        #expect(error?.code == code)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test func hostileSizesAreRefused() {
        let parentheses =
            "root ::= " + String(repeating: "(", count: 300) + String(repeating: ")", count: 300)
        let stars = "root ::= \"a\"" + String(repeating: "*", count: 300)
        let long = "root ::= \"" + String(repeating: "a", count: 1 << 20) + "\""
        for text in [parentheses, stars, long] {
            let error = #expect(throws: GrammarError.self) { try Grammar(gbnf: text) }
            #expect(error?.code == .limit)
        }
    }

    @Test func equalTextsGiveEqualGrammars() throws {
        let text = "root ::= a b\na ::= \"a\"\nb ::= [b]"
        #expect(try Grammar(gbnf: text) == Grammar(gbnf: text))
        #expect(try Grammar(gbnf: text).rules.map(\.name) == ["root", "a", "b"])
    }
}
