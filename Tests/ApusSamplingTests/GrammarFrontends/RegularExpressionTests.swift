import Foundation
import Testing

@testable import ApusSampling

/// Patterns against an ECMAScript engine (`Fixtures/make_regular_expressions.mjs`).
@Suite struct RegularExpressionTests {
    struct Fixture: Decodable {
        struct Case: Decodable {
            let pattern: String
            let anywhere: String
            let whole: String
        }
        let texts: [String]
        let cases: [Case]
    }

    private static let fixture: Result<Fixture, any Error> = Result {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/regular_expressions.json")
        return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url))
    }

    @Test(arguments: [RegularExpression.Scope.anywhere, .whole])
    func automatonAgreesWithECMAScript(scope: RegularExpression.Scope) throws {
        let fixture = try Self.fixture.get()
        #expect(fixture.cases.count > 400)
        for each in fixture.cases {
            let automaton = try ScalarAutomaton(RegularExpression(each.pattern), scope)
            let found = fixture.texts.map { automaton.matches($0) ? "1" : "0" }.joined()
            let expected = scope == .anywhere ? each.anywhere : each.whole
            if found == expected { continue }
            let wrong = zip(fixture.texts, zip(found, expected)).filter { $0.1.0 != $0.1.1 }
            Issue.record("\(each.pattern) \(scope): wrong for \(wrong.map(\.0))")
        }
    }

    @Test(arguments: [RegularExpression.Scope.anywhere, .whole])
    func grammarsAgreeWithECMAScript(scope: RegularExpression.Scope) throws {
        let fixture = try Self.fixture.get()
        for (index, each) in fixture.cases.enumerated() where index % 5 == 0 {
            let expression = try RegularExpression(each.pattern)
            let expected = scope == .anywhere ? each.anywhere : each.whole
            var grammars = [try expression.expression(scope)]
            if let tree = expression.node(scope).expression(spelledAs: .utf8) {
                grammars.append(tree)
            }
            for grammar in grammars {
                let found = fixture.texts.map { NaiveMatcher.matches(grammar, $0) ? "1" : "0" }
                #expect(found.joined() == expected, "\(each.pattern) \(scope)")
            }
        }
    }

    @Test func wholeGrammarTakesTheWholeText() throws {
        let grammar = try Grammar(regularExpression: "a|b+")
        for text in ["a", "b", "bb"] { #expect(NaiveMatcher.matches(grammar, text)) }
        for text in ["", "ab", "ba", "abb", "xa"] { #expect(!NaiveMatcher.matches(grammar, text)) }
    }

    /// The patterns that are refused, and a word of the message.
    @Test(arguments: [
        ("(", GrammarError.Code.syntax, "'(' without ')'"), (")", .syntax, "')' without"),
        ("a)b", .syntax, "offset 1"), ("(?:a", .syntax, "without ')'"), ("[a", .syntax, "']'"),
        ("[z-a]", .syntax, "out of order"), ("*", .syntax, "repeat"), ("a**", .syntax, "repeat"),
        ("a++", .syntax, "repeat"), ("^*", .syntax, "repeat"), ("{2}", .syntax, "repeat"),
        ("a{2,1}", .syntax, "out of order"), ("a{,3}", .unsupported, "{0,n}"),
        ("a{1000001}", .limit, "1000000"), ("a{99999999999999999999}", .limit, "above"),
        ("\\", .syntax, "at the end"), ("\\b", .unsupported, "Word boundary"),
        ("\\B", .unsupported, "Word boundary"), ("(?=a)", .unsupported, "Lookahead"),
        ("(?!a)", .unsupported, "Lookahead"), ("(?<=a)", .unsupported, "Lookbehind"),
        ("(?<!a)", .unsupported, "Lookbehind"), ("(a)\\1", .unsupported, "Backreference"),
        ("(?<n>a)\\k<n>", .unsupported, "Backreference"), ("\\012", .unsupported, "Octal"),
        ("[\\1]", .unsupported, "Octal"), ("(?i)a", .unsupported, "'(?'"),
        ("(?P<n>a)", .unsupported, "'(?'"), ("(?>a)", .unsupported, "'(?'"),
        ("(?<1>a)", .syntax, "name"), ("(?<>a)", .syntax, "name"), ("\\A", .syntax, "'\\A'"),
        ("\\z", .syntax, "'\\z'"), ("\\x1", .syntax, "2 hexadecimal"), ("\\u12", .syntax, "4 hex"),
        ("\\u{110000}", .syntax, "\\u{"), ("\\u{}", .syntax, "\\u{"), ("\\c1", .syntax, "\\c"),
        ("\\p", .syntax, "\\p"), ("\\p{L", .syntax, "'}'"), ("\\p{Foo}", .unsupported, "'Foo'"),
        ("\\p{Script=Klingon}", .unsupported, "Klingon"), ("[\\B]", .unsupported, "\\B"),
    ])
    func refusals(pattern: String, code: GrammarError.Code, words: String) {
        let error = #expect(throws: GrammarError.self) { try RegularExpression(pattern) }
        #expect(error?.code == code)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test func hostileSizesAreRefused() throws {
        let deep = String(repeating: "(", count: 201) + String(repeating: ")", count: 201)
        #expect(throws: GrammarError.self) { try RegularExpression(deep) }
        let long = String(repeating: "a", count: 40_000)
        #expect(throws: GrammarError.self) { try RegularExpression(long) }
        for pattern in [
            "(((a{1000}){1000}){1000}){1000}", "((((){1000000}){1000000}){1000000}){1000000}",
            "(a|b)*a(a|b){30}", "(?:.{1,1000}){1,1000}",
        ] {
            let expression = try RegularExpression(pattern)
            let error = #expect(throws: GrammarError.self) {
                try ScalarAutomaton(expression, .whole, stateLimit: 1_000)
            }
            #expect(error?.code == .limit)
        }
    }
}
