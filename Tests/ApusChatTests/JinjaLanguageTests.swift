import ApusConversation
import Testing

@testable import ApusChat

/// The language, feature by feature, against jinja2; see `Fixtures/make_language_cases.py`.
@Suite struct JinjaLanguageTests {
    @Test func agreesWithJinja2() throws {
        let fixture = try ChatFixtures.json("LanguageCases.json")
        let variables = try #require(fixture["variables"]?.objectValue)
        let cases = try #require(fixture["cases"]?.arrayValue)
        #expect(cases.count > 200)
        for item in cases {
            let source = try #require(item["template"]?.stringValue)
            let expected = item["text"]?.stringValue
            do {
                let text = try JinjaTemplate(source).render(
                    variables: variables,
                    options: ChatFixtures.options
                )
                #expect(
                    text.unicodeScalars.elementsEqual((expected ?? "RAISES").unicodeScalars),
                    "\(source)\n→ \(text)\n≠ \(expected ?? "an error")"
                )
            } catch {
                #expect(expected == nil, "\(source)\n→ \(error)\n≠ \(expected ?? "")")
            }
        }
    }

    @Test(arguments: [
        ("a\n{{ 1 + }}", ChatError.Code.syntax, 2), ("{% if x %}\n\nx", .syntax, 3),
        ("\n\n{{ missing.x }}", .evaluation, 3),
        ("{{ 1 }}\n{{ raise_exception('no') }}", .raised, 2),
        ("{% for a in [1] %}\n{{ a.b.c }}{% endfor %}", .evaluation, 2),
        ("\n{% nope %}", .syntax, 2),
    ])
    func errorsNameKindAndLine(source: String, code: ChatError.Code, line: Int) {
        let error = #expect(throws: ChatError.self) {
            try JinjaTemplate(source).render(variables: [:], options: ChatFixtures.options)
        }
        #expect(error?.code == code)
        #expect(error?.line == line)
    }

    @Test func raisedErrorsCarryTheTemplatesWords() throws {
        let template = try JinjaTemplate("{{ raise_exception('only one tool, please') }}")
        let error = #expect(throws: ChatError.self) {
            try template.render(variables: [:], options: ChatFixtures.options)
        }
        #expect(error?.message.contains("only one tool, please") == true)
    }
}
