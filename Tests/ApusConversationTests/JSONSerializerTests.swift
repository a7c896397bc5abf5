import Testing

@testable import ApusConversation

@Suite struct JSONSerializerTests {
    @Test(arguments: ["python", "ascii", "compact", "indented", "sorted"])
    func agreesWithPython(style: String) throws {
        let fixture = try JSONFixture()
        let value = try #require(fixture.root["value"])
        var serializer = JSONSerializer.python
        switch style {
        case "ascii": serializer.escapesNonASCII = true
        case "compact": serializer = JSONSerializer()
        case "indented":
            serializer.indent = 2
            serializer.itemSeparator = ","
        case "sorted": serializer.sortsKeys = true
        default: break
        }
        #expect(value.jsonText(serializer) == fixture.root["dumps"]?[style]?.stringValue)
    }

    @Test func doublesAreSpelledAsInPython() throws {
        let doubles = try JSONFixture().doubles()
        #expect(doubles.count >= 300)
        for (value, text) in doubles {
            #expect(JSONValue.double(value).jsonText() == text)
            #expect(Double(ShortestDecimal(value).goText) == value)
        }
    }

    /// Expected texts are what Go 1.24's `encoding/json` documents: exponents below 1e-6 and from
    /// 1e21 on, no `.0`, `e-9` rather than `e-09`.
    @Test(arguments: [
        (1.0, "1"), (0.1, "0.1"), (1e-6, "0.000001"), (1e-7, "1e-7"), (1.5e-10, "1.5e-10"),
        (1e20, "100000000000000000000"), (1e21, "1e+21"), (1.25e22, "1.25e+22"), (-2.5, "-2.5"),
        (123456789012345680, "123456789012345680"), (0, "0"), (.leastNonzeroMagnitude, "5e-324"),
    ])
    func doublesAreSpelledAsInGo(value: Double, text: String) {
        #expect(JSONValue.double(value).jsonText(.go) == text)
    }

    @Test func goEscapes() {
        let value = JSONValue.string(
            "<a href=\"x\">&amp;</a>\u{2028}\u{2029}\n\u{1}é😀\u{2027}\u{202A}"
        )
        let expected =
            #""\u003ca href=\"x\"\u003e\u0026amp;\u003c/a\u003e\u2028\u2029\n\u0001"#
            + "é😀\u{2027}\u{202A}\""
        #expect(value.jsonText(.go) == expected)
    }

    @Test func numbersThatJSONLacksBecomeNull() {
        #expect(JSONValue.array([.double(.nan), .double(-.infinity)]).jsonText() == "[null,null]")
    }
}
