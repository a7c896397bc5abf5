import ApusConversation
import Testing

@testable import ApusSampling

/// Digit automata against arithmetic.
@Suite struct SchemaNumberTests {
    @Test(arguments: [(-120, 305), (0, 0), (-7, -7), (99, 101), (1, 1000), (-1000, -9), (-10, 10)])
    func integersBetweenBounds(_ minimum: Int, _ maximum: Int) throws {
        for step in [1, 2, 3, 7, 10, 25] {
            let schema = try? SchemaHarness([
                "type": "integer", "minimum": .integer(Int64(minimum)),
                "maximum": .integer(Int64(maximum)), "multipleOf": .integer(Int64(step)),
            ])
            for number in -1100...1100 {
                let isInside = number >= minimum && number <= maximum && number % step == 0
                #expect((schema?.matches("\(number)") ?? false) == isInside, "\(number), \(step)")
            }
        }
    }

    @Test func decimalsBetweenBounds() throws {
        let ends: [(low: Int, high: Int)] = [(-250, 225), (1, 99), (50, 150), (-5, -1), (0, 100)]
        for (low, high) in ends {
            for isExclusive in [false, true] {
                let names =
                    isExclusive
                    ? ("exclusiveMinimum", "exclusiveMaximum") : ("minimum", "maximum")
                let schema = try SchemaHarness([
                    "type": "number", names.0: .double(Double(low) / 100),
                    names.1: .double(Double(high) / 100),
                ])
                for hundredths in -300...300 {
                    let isInside =
                        isExclusive
                        ? hundredths > low && hundredths < high
                        : hundredths >= low && hundredths <= high
                    let text = Self.text(hundredths)
                    #expect(schema.matches(text) == isInside, "\(text) in \(low)...\(high)")
                }
            }
        }
    }

    private static func text(_ hundredths: Int) -> String {
        let digits = hundredths.magnitude % 100
        let sign = hundredths < 0 ? "-" : ""
        return "\(sign)\(hundredths.magnitude / 100).\(digits < 10 ? "0" : "")\(digits)"
    }

    @Test func largeIntegersAreExact() throws {
        let schema = try SchemaHarness(["type": "integer", "format": "int64"])
        #expect(schema.matches("9223372036854775807"))
        #expect(!schema.matches("9223372036854775808"))
        #expect(schema.matches("-9223372036854775808"))
        #expect(!schema.matches("-9223372036854775809"))
    }

    @Test func numbersNeedAtLeastOneDigit() throws {
        let schema = try SchemaHarness(["type": "number", "minimum": -1, "maximum": 1])
        for text in ["", "-", ".", "0.", "-.5", ".5", "+1", "00", "1.0.0", "--1"] {
            #expect(!schema.matches(text), "\(text)")
        }
    }

    @Test func decimalsReadBack() {
        for value in [0.1, -2.5, 1e21, 1e-7, 5e-324, 123.456, 1.7976931348623157e308] {
            let decimal = Decimal(value)
            let whole = "0" + decimal.whole.map(String.init).joined()
            let fraction = decimal.fraction.map(String.init).joined() + "0"
            #expect(Double("\(decimal.isNegative ? "-" : "")\(whole).\(fraction)") == value)
        }
    }
}
