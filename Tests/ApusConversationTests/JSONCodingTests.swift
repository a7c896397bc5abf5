import FoundationEssentials
import Testing

@testable import ApusConversation

@Suite struct JSONCodingTests {
    struct Wire: Codable, Equatable {
        struct Inner: Codable, Equatable {
            var z = 1
            var a: [Double] = [0.5]
        }
        enum Kind: String, Codable { case first, second }

        var zebra = "z"
        var apple: Int?
        var mango: JSONValue = ["q": 1, "b": [nil, 2.0]]
        var free: JSONValue?
        var inner = Inner()
        var list = [Inner(), Inner(z: 2)]
        var kind = Kind.second
        var float: Float = 0.1
        var seed: UInt64 = .max
        var small: UInt8 = 7
        var flag = true
        var map = ["only": JSONValue.null]
        var object: JSONObject = ["y": 1, "x": 2]
        var nested: [[Int]] = [[], [1]]
        var optionals: [Int?] = [1, nil]
    }

    @Test func otherCapitalsAreFoundWhenTheyDoNotMatter() throws {
        struct Named: Decodable, Equatable { var model: String, inner: Wire.Inner? }
        let value = try JSONParser.parse(#"{"Model":"a","INNER":{"Z":2,"a":[]},"modeL":"b"}"#)
        var decoder = JSONValueDecoder()
        #expect(throws: DecodingError.self) { try decoder.decode(Named.self, from: value) }
        decoder.ignoresCase = true
        let named = try decoder.decode(Named.self, from: value)
        #expect(named == Named(model: "b", inner: Wire.Inner(z: 2, a: [])))
        let exact = try JSONParser.parse(#"{"model":"x","Model":"y"}"#)
        #expect(try decoder.decode(Named.self, from: exact).model == "x")
    }

    @Test func membersStandInDeclarationOrder() throws {
        let value = try JSONValueEncoder().encode(Wire())
        let expected =
            #"{"zebra":"z","mango":{"q":1,"b":[null,2.0]},"inner":{"z":1,"a":[0.5]},"#
            + #""list":[{"z":1,"a":[0.5]},{"z":2,"a":[0.5]}],"kind":"second","float":0.1,"#
            + #""seed":"18446744073709551615","small":7,"flag":true,"map":{"only":null},"#
            + #""object":{"y":1,"x":2},"nested":[[],[1]],"optionals":[1,null]}"#
        #expect(value.jsonText() == expected)
        #expect(try JSONValueDecoder().decode(Wire.self, from: value) == Wire())
        var other = Wire()
        other.apple = 4
        other.free = ["k": "v"]
        let again = try JSONValueEncoder().encode(other)
        #expect(try JSONValueDecoder().decode(Wire.self, from: again) == other)
    }

    @Test func numbersThatJSONHasNotComeBack() throws {
        let numbers: [Double] = [.infinity, -.infinity, .nan, -.nan, 1]
        let text = try JSONValueEncoder().encode(numbers).jsonText()
        #expect(text == #"["inf","-inf","nan","nan",1.0]"#)
        let again = try JSONValueDecoder().decode([Float].self, from: JSONValue(json: text))
        #expect(again[0] == .infinity && again[1] == -.infinity && again[2].isNaN)
        #expect(again.count == 5 && again[4] == 1)
        #expect(throws: DecodingError.self) {
            try JSONValueDecoder().decode([Float].self, from: ["infinity"])
        }
    }

    @Test func conversationRoundTripsThroughText() throws {
        let call = ToolCall(id: "1", name: "f", arguments: ["b": 1, "a": 2])
        let conversation = Conversation(
            messages: [Message(role: "assistant", content: "é", toolCalls: [call])],
            tools: [Tool(name: "f", parameters: ["type": "object", "properties": [:]])],
            thinking: .effort("low")
        )
        var request = GenerationRequest(prompt: .conversation(conversation))
        request.sampling.seed = .max
        request.sampling.temperature = 0.1
        request.sampling.logitBias = [0: -.infinity, 7: 2]
        let text = try JSONValueEncoder().encode(request).jsonText()
        let again = try JSONValueDecoder().decode(
            GenerationRequest.self,
            from: JSONValue(json: text)
        )
        #expect(again == request)
        let event = GenerationEvent.toolCall(call)
        let value = try JSONValueEncoder().encode(event)
        #expect(try JSONValueDecoder().decode(GenerationEvent.self, from: value) == event)
    }

    @Test func passesThroughOtherCodersAsText() throws {
        let value: JSONValue = ["b": 1, "a": [true]]
        let data = try JSONEncoder().encode(["v": value])
        let again = try JSONDecoder().decode([String: JSONValue].self, from: data)
        #expect(again == ["v": value])
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([String: JSONValue].self, from: Data(#"{"v":"{"}"#.utf8))
        }
    }

    @Test func everyFloatRoundTrips() throws {
        for _ in 0..<2000 {
            let value = Float(bitPattern: .random(in: 0..<0x7F80_0000))
            let json = try JSONValueEncoder().encode([value])
            #expect(try JSONValueDecoder().decode([Float].self, from: json) == [value])
        }
    }

    struct Failure: CustomTestStringConvertible {
        let json: JSONValue
        let path: String
        var testDescription: String { json.jsonText() }
    }

    struct Target: Codable {
        struct Part: Codable { var count: UInt8 }
        var name: String
        var parts: [Part]
    }

    @Test(arguments: [
        Failure(json: [:], path: "name"), Failure(json: ["name": 1, "parts": []], path: "name"),
        Failure(
            json: ["name": "", "parts": [["count": 1], ["count": 256]]],
            path: "parts.1.count"
        ),
        Failure(json: ["name": "", "parts": [["count": 1.5]]], path: "parts.0.count"),
        Failure(json: ["name": "", "parts": [["count": nil]]], path: "parts.0.count"),
        Failure(json: ["name": "", "parts": [["count": -1]]], path: "parts.0.count"),
        Failure(json: ["name": "", "parts": [3]], path: "parts.0"),
        Failure(json: ["name": "", "parts": [:]], path: "parts"), Failure(json: [], path: ""),
    ])
    func errorNamesThePath(failure: Failure) {
        let error = #expect(throws: DecodingError.self) {
            try JSONValueDecoder().decode(Target.self, from: failure.json)
        }
        let path: [any CodingKey] =
            switch error {
            case .keyNotFound(let key, let context): context.codingPath + [key]
            case .typeMismatch(_, let context), .valueNotFound(_, let context),
                .dataCorrupted(let context):
                context.codingPath
            default: []
            }
        let text = path.map { $0.intValue.map { String($0) } ?? $0.stringValue }
        #expect(text.joined(separator: ".") == failure.path)
    }

    @Test func wholeDoublesAreIntegers() throws {
        #expect(try JSONValueDecoder().decode([Int].self, from: [3.0, 1e3]) == [3, 1000])
        #expect(try JSONValueDecoder().decode(Double.self, from: 3) == 3)
    }

    class Base: Codable {
        var base = 1
    }

    final class Derived: Base {
        var own = 2

        override init() { super.init() }

        required init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            own = try container.decode(Int.self)
            try super.init(from: container.superDecoder())
        }

        override func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            try container.encode(own)
            try super.encode(to: container.superEncoder())
        }
    }

    @Test func superclassesRoundTrip() throws {
        let value = Derived()
        value.base = 5
        value.own = 6
        let json = try JSONValueEncoder().encode(value)
        #expect(json == [6, ["base": 5]])
        let again = try JSONValueDecoder().decode(Derived.self, from: json)
        #expect(again.base == 5)
        #expect(again.own == 6)
    }
}
