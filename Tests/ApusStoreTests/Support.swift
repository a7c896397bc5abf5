import ApusConversation
import Foundation
import Testing

@testable import ApusStore

/// A folder that is removed with the value that holds it.
final class TemporaryFolder {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("apus-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws {
        let url = URL(fileURLWithPath: path).appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: url)
    }

    func files(below name: String) -> [String] {
        let found = FileManager.default.enumerator(atPath: "\(path)/\(name)")?.allObjects ?? []
        return found.compactMap { $0 as? String }.sorted()
    }
}

/// Repeatable randomness (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// The code of the store's error that `body` throws; nil when it throws none.
func storeErrorCode(_ body: () throws -> Void) throws -> StoreError.Code? {
    do {
        try body()
        return nil
    } catch let error as StoreError {
        return error.code
    }
}

/// A store with helpers that lay out models as Ollama would.
struct StoreFixture {
    let folder: TemporaryFolder
    let store: ModelStore

    init(builtIns: [BuiltInModel] = [], patience: Duration = .seconds(30)) throws {
        folder = try TemporaryFolder()
        store = ModelStore(root: folder.path + "/models", builtIns: builtIns, patience: patience)
    }

    /// Writes a blob the way any other program would.
    @discardableResult
    func plant(_ text: String) throws -> Digest {
        let digest = Digest(hashing: Array(text.utf8))
        try folder.write(text, to: "models/blobs/\(digest.fileName)")
        return digest
    }

    /// The JSON of a layer whose blob is `text`.
    func layer(_ mediaType: String, _ text: String) throws -> String {
        let digest = try plant(text)
        return #"{"mediaType":"\#(mediaType)","digest":"\#(digest)","size":\#(text.utf8.count)}"#
    }

    /// Writes a manifest of these layers at `path` below the manifests.
    func plantModel(
        _ path: String,
        config: String = #"{"model_format":"gguf","model_family":"llama"}"#,
        _ layers: [(mediaType: String, text: String)]
    ) throws {
        var parts: [String] = []
        for (mediaType, text) in layers { parts.append(try layer(mediaType, text)) }
        let config = try layer(MediaType.config, config)
        try folder.write(
            """
            {"schemaVersion":2,"mediaType":"\(MediaType.manifest)",\
            "config":\(config),"layers":[\(parts.joined(separator: ","))]}
            """,
            to: "models/manifests/\(path)"
        )
    }

    /// Everything below the folder of blobs, but for the folder of unfinished downloads itself.
    var blobNames: [String] { folder.files(below: "models/blobs").filter { $0 != "partial" } }

    static let facts = ModelFacts(
        family: "llama",
        parameterCount: 1_235_814_432,
        quantization: "Q8_0"
    )

    static let inspector = ModelInspector(facts: { _ in facts })

    static func demo() throws -> BuiltInModel {
        let bytes = Array("GGUF demo weights".utf8)
        return BuiltInModel(
            name: try ModelName("demo"),
            digest: Digest(hashing: bytes),
            sizeBytes: Int64(bytes.count),
            weights: { bytes },
            facts: facts,
            modifiedAt: Date(timeIntervalSince1970: 1_700_000_000),
            template: "{{ .Prompt }}",
            licenses: ["Free."],
            parameters: ["temperature": .number(0.5)]
        )
    }
}

/// The answers of Ollama's own code; see Fixtures/make_oracle.py.
enum Oracle {
    static let document: JSONValue = {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/oracle.json")
        guard let data = try? Data(contentsOf: path), let value = try? JSONValue(json: data) else {
            return .null
        }
        return value
    }()

    static func rows(_ key: String) throws -> [JSONValue] {
        let rows = try #require(document[key]?.arrayValue)
        try #require(!rows.isEmpty)
        return rows
    }

    static func text(_ key: String) throws -> String {
        try #require(document[key]?.stringValue)
    }
}
