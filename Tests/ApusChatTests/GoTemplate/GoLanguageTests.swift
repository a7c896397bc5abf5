import ApusConversation
import Testing

@testable import ApusChat

/// The language, against what Go's `text/template` makes of the same cases.
@Suite struct GoLanguageTests {
    private struct Case {
        let template: String
        let parses: Bool
        let output: String?
    }

    private static func cases() throws -> [Case] {
        try #require(try GoFixtures.json("LanguageCases.json").arrayValue).map { json in
            Case(
                template: json["template"]?.stringValue ?? "",
                parses: json["parses"]?.boolValue ?? false,
                output: json["output"]?.stringValue
            )
        }
    }

    /// Without `{{ .Response }}` at the end, which belongs to chats.
    private static func render(_ source: String, _ data: JSONValue) throws(ChatError) -> String {
        let tree = try GoParser.parse(source)
        let limits = GoLimits()
        let interpreter = GoInterpreter(tree: tree, date: GoFixtures.options.date, limits: limits)
        return try interpreter.render(tree.main, GoValue(data))
    }

    @Test func everyCaseRendersAsInGo() throws {
        let data = try GoFixtures.json("data.json")
        let cases = try Self.cases()
        #expect(cases.count > 170)
        for example in cases {
            guard let expected = example.output else { continue }
            do throws(ChatError) {
                let output = try Self.render(example.template, data)
                #expect(
                    Array(output.utf8) == Array(expected.utf8),
                    "\(example.template)\n\(output)\n\(expected)"
                )
            } catch {
                Issue.record("\(example.template): \(error)")
            }
        }
    }

    @Test func everyFailureOfGoIsAFailure() throws {
        let data = try GoFixtures.json("data.json")
        for example in try Self.cases() where example.output == nil {
            let error = #expect(throws: ChatError.self, "\(example.template)") {
                _ = try Self.render(example.template, data)
            }
            let code: ChatError.Code = example.parses ? .evaluation : .syntax
            #expect(error?.code == code, "\(example.template): \(String(describing: error))")
        }
    }

    @Test(arguments: [
        ("a\nb\n{{ .x.y", 3), ("a\n{{ nope }}", 2), ("{{ if .a }}\n\n{{ else }}\n{{ else }}", 4),
        ("\n{{ (1 }}", 2), ("{{/* \n\n */}}\n{{ $x }}", 4), ("a {{- \"\n\" }}", 1),
        ("{{\n\n 'ab' }}", 3),
    ])
    func errorsNameTheLine(source: String, line: Int) {
        let error = #expect(throws: ChatError.self) { try GoTemplate(source) }
        #expect(error?.line == line)
        #expect(error?.message.contains("line \(line)") == true)
    }

    @Test func evaluationErrorsNameTheLine() throws {
        let template = try GoTemplate("a\n{{ range .Messages }}\n{{ .Content.More }}{{ end }}")
        let error = #expect(throws: ChatError.self) {
            try template.render(
                Conversation(messages: [Message(role: "user", content: "x")]),
                options: GoFixtures.options
            )
        }
        #expect(error?.code == .evaluation)
        #expect(error?.line == 3)
    }

    /// Newer than the Go that made the stored cases.
    @Test(arguments: [
        ("{{ range 3 }}{{ . }}{{ end }}", "012"), ("{{ range $i := 2 }}{{ $i }},{{ end }}", "0,1,"),
        ("{{ range 0 }}x{{ else }}none{{ end }}", "none"),
        ("{{ with .a }}1{{ else with .b }}{{ . }}{{ else }}3{{ end }}", "2"),
        ("{{ with .a }}1{{ else with .c }}2{{ else }}3{{ end }}", "3"),
        ("{{ $i := 9 }}{{ range $i = .l }}{{ end }}{{ $i }}", "8"),
        ("{{ $i := 9 }}{{ $e := 9 }}{{ range $i, $e = .l }}{{ end }}{{ $i }}{{ $e }}", "18"),
    ])
    func newerGoIsUnderstood(source: String, expected: String) throws {
        #expect(try Self.render(source, ["b": 2, "l": [7, 8]]) == expected)
    }

    @Test func integersOfJSONStayIntegers() throws {
        let data: JSONValue = ["n": 12_345_678, "f": 1.5]
        #expect(
            try Self.render("{{ .n }} {{ eq .n 12345678 }} {{ .f }}", data) == "12345678 true 1.5"
        )
    }
}
