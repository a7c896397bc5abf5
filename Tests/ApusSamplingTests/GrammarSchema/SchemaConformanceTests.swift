import ApusConversation
import Foundation
import Testing

@testable import ApusSampling

/// Texts against the verdicts of Python's jsonschema (`Fixtures/make_schemas.py`).
@Suite struct SchemaConformanceTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let schema: JSONValue
        let valid: [String]
        let invalid: [String]
        /// Valid texts that the grammar leaves out on purpose.
        let narrow: [String]

        var testDescription: String { schema.jsonText() }

        init(_ value: JSONValue) throws {
            schema = try #require(value["schema"])
            valid = value["valid"]?.arrayValue?.compactMap(\.stringValue) ?? []
            invalid = value["invalid"]?.arrayValue?.compactMap(\.stringValue) ?? []
            narrow = value["narrow"]?.arrayValue?.compactMap(\.stringValue) ?? []
        }
    }

    static func cases() throws -> [Case] {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/schemas.json")
        let value = try JSONValue(json: Data(contentsOf: url))
        return try (value.arrayValue ?? []).map { try Case($0) }
    }

    @Test(arguments: try cases())
    func textsAreJudgedAsByTheOracle(_ example: Case) throws {
        let schema = try SchemaHarness(example.schema)
        for text in example.valid { #expect(schema.matches(text), "\(text) is valid") }
        for text in example.invalid { #expect(!schema.matches(text), "\(text) is invalid") }
        for text in example.narrow { #expect(!schema.matches(text), "\(text) is left out") }
    }

    /// A lenient grammar may match more, never less.
    @Test(arguments: try cases())
    func lenientGrammarsMatchWhatStrictOnesMatch(_ example: Case) throws {
        let schema = try SchemaHarness(example.schema, policy: .lenient)
        for text in example.valid { #expect(schema.matches(text), "\(text) is valid") }
    }
}
