import ApusConversation
import FoundationEssentials
import Testing

@testable import ApusChat

/// Stored results of jinja2, and the templates they were made from.
enum ChatFixtures {
    private static let tests = URL(filePath: #filePath).deletingLastPathComponent()

    /// Folder of the public templates: conformance data that is not part of the repository.
    static let templateFolder: URL = {
        let root = tests.deletingLastPathComponent().deletingLastPathComponent()
        let path = ProcessInfo.processInfo.environment["APUS_CONFORMANCE"]
        let data = path.map { URL(filePath: $0) } ?? root.appending(path: "../shared/data")
        return data.appending(path: "jinja")
    }()

    static let hasTemplates = FileManager.default.fileExists(atPath: templateFolder.path)

    static func json(_ name: String) throws -> JSONValue {
        try JSONValue(json: Data(contentsOf: tests.appending(path: "Fixtures/\(name)")))
    }

    static func template(_ name: String) throws -> String {
        let data = try Data(contentsOf: templateFolder.appending(path: name))
        return String(decoding: data, as: UTF8.self)
    }

    /// The moment and the tokens that the reference was given.
    static let options = RenderOptions(
        date: ChatDate(year: 2025, month: 2, day: 3, hour: 4, minute: 5, second: 6),
        beginningText: "<bos>",
        endText: "<eos>"
    )
}
