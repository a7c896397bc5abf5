import FoundationEssentials

/// Files beside the tests.
enum Fixture {
    static func load<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let data = try Data(contentsOf: folder.appending(path: "Fixtures").appending(path: name))
        return try JSONDecoder().decode(type, from: data)
    }
}
