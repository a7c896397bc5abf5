import ApusConversation
import Testing

@testable import ApusSampling

/// Large schemas stay small grammars.
@Suite struct SchemaSizeTests {
    @Test func tenThousandTextsAreOneAutomaton() throws {
        let texts = (0..<10_000).map { "entry-\($0 &* 7919 % 1_000_003)" }
        var grammar = Grammar()
        grammar.root = try grammar.schema(["enum": .array(texts.map { .string($0) })])
        #expect(grammar.rules.count < 10)
        let harness = try SchemaHarness(["enum": .array(texts.map { .string($0) })])
        for text in texts.prefix(50) {
            #expect(harness.matches("\"\(text)\""))
            #expect(!harness.matches("\"\(text)x\""))
        }
    }

    @Test func equalSubschemasShareARule() throws {
        var properties = JSONObject()
        for number in 0..<100 {
            properties["p\(number)"] = ["type": "string", "pattern": "^[a-z]{3}$"]
        }
        var grammar = Grammar()
        _ = try grammar.schema(["type": "object", "properties": .object(properties)])
        #expect(grammar.rules.count(where: { $0.name == "string" }) == 1)
    }

    @Test func optionalPropertiesTakeLinearRoom() throws {
        var properties = JSONObject()
        for number in 0..<500 { properties["p\(number)"] = ["type": "null"] }
        let harness = try SchemaHarness(["type": "object", "properties": .object(properties)])
        #expect(harness.matches("{}"))
        #expect(harness.matches(#"{"p3":null,"p499":null}"#))
        #expect(!harness.matches(#"{"p3":null,"p2":null}"#))
    }

    @Test func uniqueItemsInEveryOrder() throws {
        let harness = try SchemaHarness([
            "type": "array", "items": ["enum": [1, 2, 3]], "uniqueItems": true,
        ])
        for first in 1...3 {
            for second in 1...3 {
                #expect(harness.matches("[\(first),\(second)]") == (first != second))
            }
        }
    }

    @Test func daysAreThoseOfTheCalendar() throws {
        let harness = try SchemaHarness(["type": "string", "format": "date"])
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        for year in [1, 4, 100, 400, 1900, 1999, 2000, 2023, 2024, 2100, 9999] {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            for (month, length) in lengths.enumerated() {
                let days = length + (month == 1 && isLeap ? 1 : 0)
                for day in [0, 1, 28, 29, 30, 31, 32] {
                    let parts = [Self.text(year, 4), Self.text(month + 1, 2), Self.text(day, 2)]
                    let text = parts.joined(separator: "-")
                    #expect(harness.matches("\"\(text)\"") == (1...days).contains(day), "\(text)")
                }
            }
        }
    }

    private static func text(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: width - digits.count) + digits
    }
}
