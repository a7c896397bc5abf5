import Testing

@testable import ApusConversation

@Suite struct JSONObjectTests {
    @Test(arguments: [3, 12, 13, 100])
    func keepsOrderThroughChanges(count: Int) {
        var object = JSONObject()
        for number in 0..<count { object["k\(number)"] = .integer(Int64(number)) }
        #expect(object.keys == (0..<count).map { "k\($0)" })
        object["k1"] = "changed"
        #expect(object.keys[1] == "k1")
        #expect(object["k1"] == "changed")
        #expect(object.removeValue(forKey: "k0") == 0)
        object["k2"] = nil
        #expect(object["k2"] == nil)
        #expect(object.count == count - 2)
        #expect(object["k\(count - 1)"] != nil || count == 3)
        object["k0"] = 0
        #expect(object.keys.last == "k0")
    }

    @Test func equalityLooksAtOrder() {
        let object: JSONObject = ["a": 1, "b": 2]
        #expect(object == ["a": 1, "b": 2])
        #expect(object != ["b": 2, "a": 1])
        #expect(Set([object, ["a": 1, "b": 2]]).count == 1)
    }

    @Test(arguments: [0, 20])
    func canonicallyEquivalentKeysAreDifferent(others: Int) {
        var object = JSONObject((0..<others).map { ("k\($0)", .null) })
        object["\u{E9}"] = 1
        object["e\u{301}"] = 2
        #expect(object.count == others + 2)
        #expect(object["\u{E9}"] == 1)
        #expect(object["e\u{301}"] == 2)
    }

    @Test func accessorsRefuseOtherKinds() {
        let value: JSONValue = ["a": [1, 2.5, "x", true, nil], "d": 3.0]
        #expect(value["a"]?[0]?.intValue == 1)
        #expect(value["a"]?[1]?.intValue == nil)
        #expect(value["a"]?[1]?.doubleValue == 2.5)
        #expect(value["a"]?[2]?.stringValue == "x")
        #expect(value["a"]?[3]?.boolValue == true)
        #expect(value["a"]?[4]?.isNull == true)
        #expect(value["a"]?[5] == nil)
        #expect(value["a"]?[-1] == nil)
        #expect(value["d"]?.intValue == 3)
        #expect(value["d"]?["x"] == nil)
    }
}
