import ApusConversation
import Testing

@testable import ApusSampling

/// What is refused, and how.
@Suite struct SchemaErrorTests {
    struct Refusal: Sendable {
        let schema: String
        let code: GrammarError.Code
        let mention: String

        init(_ schema: String, _ code: GrammarError.Code, _ mention: String) {
            self.schema = schema
            self.code = code
            self.mention = mention
        }
    }

    static let refusals = [
        Refusal(#"{"type":"string","format":"phone"}"#, .unsupported, "/format"),
        Refusal(
            #"{"properties":{"a":{"maxLenght":1}}}"#,
            .unsupported,
            #"/properties/a/maxLenght: the keyword "maxLenght" is not known, did you mean "maxLen"#
        ),
        Refusal(#"{"type":"string","pattern":"(?=a)b"}"#, .unsupported, "/pattern"),
        Refusal(#"{"type":"array","items":{},"uniqueItems":true}"#, .unsupported, "/uniqueItems"),
        Refusal(#"{"$ref":"http://example.org/x"}"#, .unsupported, "/$ref"),
        Refusal(##"{"$ref":"#/$defs/none"}"##, .unsupported, "/$ref"),
        Refusal(#"{"oneOf":[{"type":"integer"},{"type":"number"}]}"#, .unsupported, "/oneOf"),
        Refusal(
            #"{"type":"object","additionalProperties":true,"minProperties":2}"#,
            .unsupported,
            "/minProperties"
        ),
        Refusal(#"{"minimum":1,"exclusiveMinimum":true}"#, .unsupported, "draft 4"),
        Refusal(#"{"not":{"items":{"type":"integer"}}}"#, .unsupported, "/not/items"),
        Refusal(##"{"$ref":"#"}"##, .unsupported, "itself"),
        Refusal(#"{"type":"text"}"#, .syntax, "/type"),
        Refusal(#"{"minLength":-1}"#, .syntax, "/minLength"),
        Refusal(#"{"anyOf":[]}"#, .syntax, "/anyOf"),
        Refusal(#"{"properties":{"a/b":7}}"#, .syntax, "/properties/a~1b"),
        Refusal(#"{"required":true}"#, .syntax, "/required"),
        Refusal("7", .syntax, "number"),
        Refusal("false", .unsatisfiable, "No JSON value"),
        Refusal(#"{"type":"integer","minimum":3,"maximum":2}"#, .unsatisfiable, "No JSON value"),
        Refusal(#"{"type":"integer","enum":["a"]}"#, .unsatisfiable, "No JSON value"),
        Refusal(#"{"allOf":[{"type":"string"},{"type":"null"}]}"#, .unsatisfiable, "No JSON"),
        Refusal(
            #"{"type":"object","properties":{"a":false},"required":["a"]}"#,
            .unsatisfiable,
            "No JSON value"
        ),
        Refusal(
            #"{"type":"array","items":{"type":"string"},"contains":{"type":"null"}}"#,
            .unsatisfiable,
            "No JSON value"
        ),
    ]

    @Test(arguments: refusals)
    func errorsNameTheKeywordAndItsPath(_ refusal: Refusal) throws {
        let error = try #require(SchemaHarness.error(JSONValue(json: refusal.schema)))
        #expect(error.code == refusal.code)
        #expect(error.message.contains(refusal.mention), "\(error.message)")
    }

    @Test func lenientSchemasLeaveOutWhatCannotBeEnforced() throws {
        let schemas = Self.refusals.filter { $0.code == .unsupported && $0.mention != "itself" }
        for refusal in schemas {
            let error = SchemaHarness.error(try JSONValue(json: refusal.schema), policy: .lenient)
            #expect(error == nil, "\(refusal.schema)")
        }
    }

    @Test func annotationsAndExtensionsAreIgnored() throws {
        let schema = try SchemaHarness([
            "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "t",
            "description": "d", "default": 1, "examples": [2], "x-order": 3, "type": "integer",
            "_format": "date", "$default": 1, "version": 2, "readonly": true, "links": [:],
        ])
        #expect(schema.matches("5"))
    }

    @Test func nullableAddsNull() throws {
        let schema = try SchemaHarness(["type": "string", "nullable": true])
        #expect(schema.matches("null"))
        #expect(schema.matches(#""x""#))
    }

    // MARK: Hostile schemas

    @Test func deepSchemasAreRefused() {
        var schema: JSONValue = ["type": "string"]
        for _ in 0..<400 { schema = ["type": "array", "items": schema] }
        #expect(SchemaHarness.error(schema)?.code == .limit)
        var nested: JSONValue = ["type": "string"]
        for _ in 0..<45 { nested = ["anyOf": [["type": "array", "items": nested], ["const": 1]]] }
        #expect(SchemaHarness.error(nested) == nil)
    }

    @Test func alternativesDoNotMultiplyOut() {
        let choice: JSONValue = .object([
            "anyOf": .array((0..<20).map { ["properties": .object(["p\($0)": ["type": "null"]])] })
        ])
        let schema: JSONValue = ["allOf": .array(Array(repeating: choice, count: 20))]
        #expect(SchemaHarness.error(schema)?.code == .limit)
    }

    @Test func countingManyOptionalPropertiesIsBounded() throws {
        var properties = JSONObject()
        for number in 0..<400 { properties["p\(number)"] = ["type": "null"] }
        let schema: JSONValue = [
            "type": "object", "properties": .object(properties), "minProperties": 300,
        ]
        #expect(SchemaHarness.error(schema)?.code == .limit)
    }

    @Test func severalSchemasShareOneGrammar() throws {
        var grammar = Grammar()
        let first = try grammar.schema(["type": "object", "properties": ["a": ["type": "string"]]])
        let count = grammar.rules.count
        let second = try grammar.schema(["type": "array", "items": ["type": "string"]])
        #expect(first != second)
        #expect(grammar.rules[..<count].contains { $0.name == "JSON string" })
        #expect(!grammar.rules[count...].contains { $0.name == "JSON string" })
    }
}
