import Testing

@testable import ApusSampling

/// A vocabulary of texts, then special tokens, then one token that ends the answer.
struct SmallVocabulary {
    let texts: [String]
    let specials: [String]

    init(_ texts: [String], specials: [String] = []) {
        self.texts = texts
        self.specials = specials
    }

    var end: Int32 { Int32(texts.count + specials.count) }

    var vocabulary: GrammarVocabulary {
        GrammarVocabulary(
            count: texts.count + specials.count + 1,
            bytes: { $0 < texts.count ? Array(texts[Int($0)].utf8) : nil },
            specialText: { token in
                let place = Int(token) - texts.count
                return specials.indices.contains(place) ? specials[place] : nil
            },
            endOfGeneration: [end]
        )
    }

    /// What a matcher allows; `$` stands for the end, special tokens come in brackets.
    func allowed(_ matcher: inout GrammarMatcher) -> Set<String> {
        var set = TokenBitset(capacity: Int(end) + 1)
        if matcher.fill(&set) == .everything { return ["everything"] }
        var names = Set(texts.indices.filter { set.contains(Int32($0)) }.map { texts[$0] })
        for place in specials.indices where set.contains(Int32(texts.count + place)) {
            names.insert("[\(specials[place])]")
        }
        if set.contains(end) { names.insert("$") }
        return names
    }

    func token(_ name: String) throws -> Int32 {
        if let place = texts.firstIndex(of: name) { return Int32(place) }
        let place = specials.firstIndex { "[\($0)]" == name }
        return Int32(texts.count + (try #require(place)))
    }
}

@Suite struct GrammarEngineTests {
    private let letters = SmallVocabulary(["a", "b", "ab", "(", ")", "[", "]", "((", "))"])

    private func compile(
        _ root: GrammarExpression,
        _ vocabulary: SmallVocabulary? = nil
    ) throws -> CompiledGrammar {
        var grammar = Grammar()
        grammar.root = root
        return try CompiledGrammar(grammar, vocabulary: (vocabulary ?? letters).vocabulary)
    }

    private func code(_ grammar: Grammar) -> GrammarError.Code? {
        do throws(GrammarError) {
            _ = try CompiledGrammar(grammar, vocabulary: letters.vocabulary)
            return nil
        } catch {
            return error.code
        }
    }

    // MARK: - Refusals

    @Test func leftRecursionIsRefusedByName() throws {
        for isHidden in [false, true] {
            var grammar = Grammar()
            let sum = grammar.declare("sum")
            let other = grammar.rule("other", .sequence([.rule(sum), .text("b")]))
            let before = isHidden ? GrammarExpression.text("a").zeroOrMore : .empty
            grammar.define(sum, as: .choice([.sequence([before, other]), .text("a")]))
            grammar.root = .rule(sum)
            let error = #expect(throws: GrammarError.self) {
                _ = try CompiledGrammar(grammar, vocabulary: letters.vocabulary)
            }
            #expect(error?.code == .unsupported)
            #expect(
                error?.message.contains("'sum'") == true
                    || error?.message.contains("'other'") == true
            )
        }
    }

    @Test func grammarsThatNothingMatchesAreRefused() {
        var grammar = Grammar()
        #expect(code(grammar) == .unsatisfiable)
        let endless = grammar.declare("endless")
        grammar.define(endless, as: .sequence([.text("a"), .rule(endless)]))
        grammar.root = .rule(endless)
        #expect(code(grammar) == .unsatisfiable)
        grammar.root = .repeated(.text("a"), minimum: 3, maximum: 2)
        #expect(code(grammar) == .unsatisfiable)
    }

    @Test func sizeAndDepthAreLimited() {
        var grammar = Grammar()
        var deep = GrammarExpression.text("a")
        for _ in 0..<290 { deep = .sequence([.empty, deep.optional]) }
        grammar.root = deep
        #expect(code(grammar) == nil)
        for _ in 0..<2000 { deep = .sequence([deep]) }
        grammar.root = deep
        #expect(code(grammar) == .limit)
        let wide = GrammarExpression.literal(Array(repeating: 0x61, count: 5000))
        grammar.root = .sequence(Array(repeating: wide, count: 200))
        #expect(code(grammar) == .limit)
        var rules = Grammar()
        var inner = rules.rule("last", .text("a"))
        for index in 0..<600 {
            inner = rules.rule("r\(index)", .sequence([.text("("), inner, .text(")")]))
        }
        rules.root = inner
        #expect(code(rules) == .limit)
    }

    @Test func branchesWithoutAnEndAreNotEntered() throws {
        var grammar = Grammar()
        let endless = grammar.declare("endless")
        grammar.define(endless, as: .sequence([.text("b"), .rule(endless)]))
        grammar.root = .choice([.sequence([.text("a"), .rule(endless)]), .text("b")])
        var matcher = try CompiledGrammar(grammar, vocabulary: letters.vocabulary).matcher()
        #expect(letters.allowed(&matcher) == ["b"])
    }

    // MARK: - Repetition and recursion

    @Test func loopsOverNothingEnd() throws {
        let a = GrammarExpression.text("a")
        let loops: [GrammarExpression] = [
            a.zeroOrMore.zeroOrMore, a.optional.oneOrMore.zeroOrMore,
            .repeated(a.zeroOrMore, minimum: 1000, maximum: 2000),
            .repeated(.repeated(a.optional, minimum: 40, maximum: 50), minimum: 9, maximum: nil),
        ]
        for loop in loops {
            let grammar = try compile(loop)
            for count in [0, 1, 7, 120] {
                #expect(grammar.matches(Array(repeating: 0x61, count: count)))
            }
            #expect(!grammar.matches(Array("aab".utf8)))
        }
    }

    @Test(arguments: [(0, 100_000), (50_000, 50_000), (3, 70), (33, nil)])
    func countsAreExact(_ minimum: Int, _ maximum: Int?) throws {
        let body = GrammarExpression.characters(ScalarSet("ab"))
        let grammar = try compile(.repeated(body, minimum: minimum, maximum: maximum))
        func matches(_ count: Int) -> Bool {
            grammar.matches(Array(repeating: 0x61, count: count))
        }
        #expect(matches(minimum))
        #expect(minimum == 0 || !matches(minimum - 1))
        #expect(matches(maximum ?? minimum + 1000))
        if let maximum, maximum < 100_000 { #expect(!matches(maximum + 1)) }
    }

    /// Long tokens near both bounds of a counter, inside a rule and at the top.
    @Test func tokensNeverStepOverACount() throws {
        let pieces = (1...40).map { String(repeating: "a", count: $0) }
        let vocabulary = SmallVocabulary(pieces + ["b", "ab", "aab"])
        var grammar = Grammar()
        let counted = GrammarExpression.repeated(.text("a"), minimum: 90, maximum: 130)
        grammar.root = .sequence([grammar.rule("counted", counted), .text("b")])
        let compiled = try CompiledGrammar(grammar, vocabulary: vocabulary.vocabulary)
        for step in [1, 3, 7, 40] {
            var matcher = compiled.matcher()
            for done in stride(from: 0, through: 130, by: step) {
                var expected = Set(pieces.prefix(130 - done))
                for (name, count) in [("b", 0), ("ab", 1), ("aab", 2)]
                where (90...130).contains(done + count) {
                    expected.insert(name)
                }
                #expect(vocabulary.allowed(&matcher) == expected, "\(done)")
                matcher.accept(Int32(step - 1))
            }
        }
    }

    @Test func ambiguityStaysBounded() throws {
        let either = GrammarExpression.choice([.text("a"), .text("aa"), .text("aaa")])
        let grammar = try compile(.repeated(either, minimum: 0, maximum: 300))
        #expect(grammar.matches(Array(repeating: 0x61, count: 200)))
        let loops = try compile(.sequence(Array(repeating: either.zeroOrMore, count: 20)))
        #expect(loops.matches(Array(repeating: 0x61, count: 200)))
    }

    @Test func rightRecursionTakesNoStack() throws {
        var grammar = Grammar()
        let list = grammar.declare("list")
        grammar.define(list, as: .choice([.text("a"), .sequence([.text("a"), .rule(list)])]))
        grammar.root = .rule(list)
        let compiled = try CompiledGrammar(grammar, vocabulary: letters.vocabulary)
        #expect(compiled.matches(Array(repeating: 0x61, count: 5000)))
    }

    /// Brackets are opened until that is refused; from there the text can still be finished.
    @Test func nestingEndsWhereItCanStillBeClosed() throws {
        var grammar = Grammar()
        let value = grammar.declare("value")
        let pair = grammar.rule("pair", .sequence([.text("a"), .rule(value), .text("b")]))
        grammar.define(
            value,
            as: .choice([.text("[]"), .sequence([.text("("), pair, .text(")")])])
        )
        grammar.root = .rule(value)
        let compiled = try CompiledGrammar(grammar, vocabulary: letters.vocabulary)
        var matcher = compiled.matcher()
        var depth = 0
        while letters.allowed(&matcher).contains("("), depth < 1000 {
            matcher.accept(try letters.token("("))
            #expect(letters.allowed(&matcher) == ["a"])
            matcher.accept(try letters.token("a"))
            depth += 1
        }
        #expect((200..<1000).contains(depth))
        for name in ["[", "]"] { matcher.accept(try letters.token(name)) }
        for _ in 0..<depth {
            for name in ["b", ")"] {
                #expect(letters.allowed(&matcher).contains(name))
                matcher.accept(try letters.token(name))
            }
        }
        #expect(matcher.isComplete)
    }

    // MARK: - Tokens

    @Test func onlyEndsFollowATokenThatWasNotAllowed() throws {
        var matcher = try compile(.text("ab")).matcher()
        #expect(letters.allowed(&matcher) == ["a", "ab"])
        matcher.accept(try letters.token("b"))
        #expect(letters.allowed(&matcher) == ["$"])
        #expect(!matcher.isComplete)
        matcher.accept(try letters.token("a"))
        #expect(letters.allowed(&matcher) == ["$"])
        matcher.accept(.max)
        matcher.accept(-1)
    }

    @Test func endsAreAllowedExactlyAfterAMatch() throws {
        var matcher = try compile(.text("a").oneOrMore).matcher()
        #expect(letters.allowed(&matcher) == ["a"])
        matcher.accept(0)
        #expect(letters.allowed(&matcher) == ["a", "$"])
        matcher.accept(letters.end)
        #expect(letters.allowed(&matcher) == ["$"])
        #expect(matcher.isComplete)
    }

    @Test(arguments: [false, true])
    func freeTextGivesWayToATag(_ isRule: Bool) throws {
        let vocabulary = SmallVocabulary(
            ["<", "call", ">", "x", "<call", "<call>", "x<call>y", "y", "<cal", "l>x"],
            specials: ["<call>", "<other>"]
        )
        var grammar = Grammar()
        var free = GrammarExpression.freeText(excluding: ["<call>"])
        if isRule { free = grammar.rule("free", free) }
        grammar.root = .sequence([free, .tag("<call>"), .text("y")])
        let compiled = try CompiledGrammar(grammar, vocabulary: vocabulary.vocabulary)
        var matcher = compiled.matcher()
        let all = Set(vocabulary.texts).union(["[<call>]", "[<other>]"])
        #expect(vocabulary.allowed(&matcher) == all)
        var byToken = matcher
        byToken.accept(try vocabulary.token("[<call>]"))
        #expect(vocabulary.allowed(&byToken) == ["y"])
        matcher.accept(try vocabulary.token("<cal"))
        #expect(vocabulary.allowed(&matcher) == all.subtracting(["l>x"]))
        matcher.accept(try vocabulary.token("[<other>]"))
        #expect(vocabulary.allowed(&matcher) == all)
        matcher.accept(try vocabulary.token("x<call>y"))
        #expect(matcher.isComplete)
        #expect(vocabulary.allowed(&matcher) == ["$"])
    }

    @Test func specialTokenCountsAsItsTextInAnExcludedText() throws {
        let vocabulary = SmallVocabulary(
            ["x", "y", "xy", "<", "to>", "<to>x"],
            specials: ["<to>", "<other>"]
        )
        var grammar = Grammar()
        grammar.root = .freeText(excluding: ["<to>xy"])
        let compiled = try CompiledGrammar(grammar, vocabulary: vocabulary.vocabulary)
        let all = Set(vocabulary.texts).union(["[<to>]", "[<other>]", "$"])
        for opening in [["[<to>]"], ["<", "to>"]] {
            var matcher = compiled.matcher()
            for text in opening { matcher.accept(try vocabulary.token(text)) }
            #expect(vocabulary.allowed(&matcher) == all.subtracting(["xy"]))
            matcher.accept(try vocabulary.token("x"))
            #expect(vocabulary.allowed(&matcher) == all.subtracting(["y"]))
            matcher.accept(try vocabulary.token("[<other>]"))
            #expect(vocabulary.allowed(&matcher) == ["everything"])
        }
    }

    @Test func freeTextWithoutLimitsAllowsEverything() throws {
        var matcher = try compile(.freeText(excluding: [])).matcher()
        #expect(letters.allowed(&matcher) == ["everything"])
    }

    // MARK: - Cache

    @Test func cacheKeepsWhatWasUsedLast() throws {
        let cache = GrammarCache(letters.vocabulary, capacity: 2)
        func compiled(_ text: String) throws -> CompiledGrammar {
            try cache.compiled(for: Array(text.utf8)) {
                var grammar = Grammar()
                grammar.root = .text(text)
                return grammar
            }
        }
        let a = try compiled("a")
        _ = try compiled("b")
        #expect(try compiled("a") === a)
        _ = try compiled("ab")
        #expect(cache.count == 2)
        #expect(try compiled("a") === a)
    }
}
