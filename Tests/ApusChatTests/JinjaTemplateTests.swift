import ApusConversation
import Testing

@testable import ApusChat

/// Public templates against jinja2; see `Fixtures/make_template_cases.py`.
@Suite(.enabled(if: ChatFixtures.hasTemplates, "no conformance data"))
struct JinjaTemplateTests {
    private func expect(
        _ text: String?,
        _ expected: String?,
        _ name: String,
        _ item: JSONValue,
        _ error: (any Error)? = nil
    ) {
        let isSame = text.map { Array($0.utf8) } == expected.map { Array($0.utf8) }
        #expect(
            isSame,
            """
            \(name), \(item["name"]?.stringValue ?? ""):
            \(text ?? "\(String(describing: error))")
            instead of
            \(expected ?? "an error")
            """
        )
    }

    @Test func variablesRenderAsInTransformers() throws {
        let fixture = try ChatFixtures.json("TemplateCases.json")
        let cases = try #require(fixture["cases"]?.arrayValue)
        let templates = try #require(fixture["templates"]?.objectValue)
        #expect(templates.count >= 18)
        for (name, results) in templates {
            let template = try JinjaTemplate(ChatFixtures.template(name))
            for (item, result) in zip(cases, results.arrayValue ?? []) {
                var variables = try #require(item["variables"]?.objectValue)
                let isClosed = result["closed"] != nil
                if isClosed { variables["add_generation_prompt"] = false }
                let text = try? template.render(
                    variables: variables,
                    options: ChatFixtures.options
                )
                expect(text, result[isClosed ? "closed" : "prompt"]?.stringValue, name, item)
            }
        }
    }

    @Test func conversationsRenderAsInTransformers() throws {
        let fixture = try ChatFixtures.json("TemplateCases.json")
        let cases = try #require(fixture["cases"]?.arrayValue)
        let templates = try #require(fixture["templates"]?.objectValue)
        for (name, results) in templates {
            let template = try JinjaTemplate(ChatFixtures.template(name))
            for (item, result) in zip(cases, results.arrayValue ?? []) {
                // What the reference refuses may succeed here in another form.
                guard let expected = result["prompt"]?.stringValue else { continue }
                let conversation = try JSONValueDecoder().decode(
                    Conversation.self,
                    from: try #require(item["conversation"])
                )
                do {
                    let text = try template.render(conversation, options: ChatFixtures.options)
                    expect(text, expected, name, item)
                } catch {
                    expect(nil, expected, name, item, error)
                }
            }
        }
    }
}
