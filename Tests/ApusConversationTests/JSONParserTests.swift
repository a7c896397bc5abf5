import Testing

@testable import ApusConversation

@Suite struct JSONParserTests {
    @Test func agreesWithPython() throws {
        let cases = try JSONFixture().cases()
        #expect(cases.count > 170)
        for (bytes, expected) in cases {
            let value = try? JSONParser.parse(bytes)
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(value?.jsonText(.python) == expected, "\(text)")
        }
    }

    @Test func sameResultFromEveryInputType() throws {
        let text = #"{"a": [1, "é"]}"#
        let expected: JSONValue = ["a": [1, "é"]]
        #expect(try JSONValue(json: text) == expected)
        #expect(try JSONValue(json: Array(text.utf8)) == expected)
        #expect(try JSONValue(json: text.utf8.lazy.map { $0 }) == expected)
        #expect(try JSONValue(json: Array("xx\(text)".utf8).dropFirst(2)) == expected)
    }

    @Test(arguments: [
        ("[1, x]", JSONError.Code.unexpectedByte, 4), ("[1", .unexpectedEnd, 2),
        ("\"abc", .unexpectedEnd, 4), ("[01]", .invalidNumber, 1),
        ("[1e999]", .numberOutOfRange, 1),
        ("\"a\\q\"", .invalidString, 3), ("\"a\u{1}\"", .invalidString, 2),
        ("{} {}", .trailingData, 3), ("", .unexpectedEnd, 0), ("{\"a\";1}", .unexpectedByte, 4),
    ])
    func errorNamesCodeAndOffset(text: String, code: JSONError.Code, offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSONParser.parse(text) }
        #expect(error?.code == code)
        #expect(error?.offset == offset)
    }

    @Test func invalidUTF8IsNamed() {
        let error = #expect(throws: JSONError.self) {
            try JSONParser.parse([0x5B, 0x22, 0x61, 0xFF, 0x22, 0x5D])
        }
        #expect(error?.code == .invalidUTF8)
    }

    @Test func depthIsLimited() throws {
        let text = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
        _ = try JSONParser.parse(text)
        let error = #expect(throws: JSONError.self) { try JSONParser.parse("[\(text)]") }
        #expect(error?.code == .tooDeep)
        // Siblings do not add up.
        let flat = "[" + String(repeating: "[],", count: 1000) + "[]]"
        #expect(try JSONParser.parse(flat, maximumDepth: 2).arrayValue?.count == 1001)
        #expect(throws: JSONError.self) { try JSONParser.parse("[]", maximumDepth: 0) }
        let hostile = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(throws: JSONError.self) { try JSONParser.parse(hostile) }
    }

    @Test func valuesAreLimited() throws {
        let text = Array(#"[1, {"a": "b"}, [], null]"#.utf8)
        #expect(try JSONParser.parse(text, maximumValues: 6).arrayValue?.count == 4)
        let error = #expect(throws: JSONError.self) {
            try JSONParser.parse(text, maximumValues: 5)
        }
        #expect(error?.code == .tooManyValues && error?.offset == 20)
    }

    @Test func prefixStopsAfterTheFirstValue() throws {
        let prefix = try JSONParser.parsePrefix(Array(#" {"a":"}"} rest"#.utf8))
        #expect(prefix.value == ["a": "}"])
        #expect(prefix.count == 10)
        let error = #expect(throws: JSONError.self) {
            try JSONParser.parsePrefix(Array(#"{"a":"#.utf8))
        }
        #expect(error?.code == .unexpectedEnd)
    }

    @Test func longStringsKeepEveryByte() throws {
        for length in 0..<40 {
            for character in ["x", "é", "\\n", "\\\"", "😀"] {
                let text = String(repeating: "a", count: length)
                let value = try JSONParser.parse("\"\(text)\(character)\(text)\"")
                let middle = ["\\n": "\n", "\\\"": "\""][character] ?? character
                #expect(value == .string(text + middle + text))
            }
        }
    }

    @Test func mutatedTextNeverTraps() throws {
        var generator = SystemRandomNumberGenerator()
        let cases = try JSONFixture().cases().map(\.bytes)
        let alphabet =
            Array("[]{}\",:\\u0deE+-.19tfn \u{0}\u{7f}é".utf8) + [0xFF, 0xED, 0xA0, 0xF4]
        for _ in 0..<20_000 {
            guard var bytes = cases.randomElement(using: &generator) else { continue }
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let position = Int.random(in: 0...bytes.count, using: &generator)
                let byte = alphabet.randomElement(using: &generator) ?? 0
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes.insert(byte, at: position)
                case 1 where position < bytes.count: bytes.remove(at: position)
                case _ where position < bytes.count: bytes[position] = byte
                default: bytes.append(byte)
                }
            }
            guard let value = try? JSONParser.parse(bytes) else { continue }
            let again = try JSONParser.parse(value.jsonText())
            #expect(again == value, "\(bytes)")
        }
    }
}
