import FoundationEssentials
import Testing

@testable import ApusConversation

/// What Python's `json` makes of tricky texts; see `Fixtures/make_json_cases.py`.
struct JSONFixture {
    let root: JSONValue

    init() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let data = try Data(contentsOf: folder.appending(path: "Fixtures/JSONCases.json"))
        root = try JSONValue(json: data)
    }

    /// Bytes of a text, and Python's rewriting of it, nil where Python refuses it.
    func cases() throws -> [(bytes: [UInt8], result: String?)] {
        try #require(root["cases"]?.arrayValue).map { item in
            let digits = Array(try #require(item["hex"]?.stringValue).utf8)
            let bytes = try stride(from: 0, to: digits.count, by: 2).map {
                try #require(
                    UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
                )
            }
            return (bytes, item["result"]?.stringValue)
        }
    }

    /// Doubles and how Python spells them.
    func doubles() throws -> [(value: Double, text: String)] {
        try #require(root["doubles"]?.arrayValue).map { item in
            let bits = try #require(UInt64(item[0]?.stringValue ?? "", radix: 16))
            return (Double(bitPattern: bits), try #require(item[1]?.stringValue))
        }
    }
}
