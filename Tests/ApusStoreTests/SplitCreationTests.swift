import Foundation
import Synchronization
import Testing

@testable import ApusStore

/// Models of several files that are the parts of one.
@Suite struct SplitCreationTests {
    /// Reads `GGUF <number>/<count>` of a file; what it was asked about goes to `asked`.
    private static func inspector(_ asked: Asked = Asked()) -> ModelInspector {
        var inspector = ModelInspector(facts: { paths in
            asked.paths.withLock { $0.append(paths) }
            return StoreFixture.facts
        })
        inspector.split = { path in
            let text = try String(contentsOfFile: path, encoding: .utf8).dropFirst(5)
            let numbers = text.split(separator: "/").compactMap { Int($0) }
            return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
        }
        inspector.quantization = { paths, type in
            asked.paths.withLock { $0.append(paths) }
            return WeightsConversion(status: "quantizing", sizeBytes: 4) { sink, _ in
                try Array("GGUF".utf8).withUnsafeBytes(sink)
            }
        }
        return inspector
    }

    private final class Asked: Sendable {
        let paths = Mutex<[[String]]>([])
    }

    private func creation(
        _ files: [(name: String, text: String)],
        _ fixture: StoreFixture
    ) throws -> ModelCreation {
        ModelCreation(
            name: try ModelName("x"),
            source: .files(
                try files.map { .init(name: $0.name, digest: try fixture.plant($0.text)) }
            )
        )
    }

    private static let parts = [
        ("m-00001-of-00003.gguf", "GGUF 0/3"), ("m-00002-of-00003.gguf", "GGUF 1/3"),
        ("m-00003-of-00003.gguf", "GGUF 2/3"),
    ]

    /// With names or without, in whatever order.
    @Test(arguments: [[0, 1, 2], [2, 1, 0], [1, 2, 0]], [true, false])
    func partsBecomeLayersInOrder(_ order: [Int], _ isNamed: Bool) throws {
        let fixture = try StoreFixture()
        let files = order.map { index in
            (isNamed ? "folder/" + Self.parts[index].0 : "\(index).gguf", Self.parts[index].1)
        }
        let asked = Asked()
        try fixture.store.create(
            creation(files, fixture),
            inspector: Self.inspector(asked)
        )
        let model = try fixture.store.resolve(ModelName("x"))
        let digests = Self.parts.map { Digest(hashing: Array($0.1.utf8)) }
        #expect(model.weights.map(\.digest) == digests)
        #expect(model.weightsPaths == digests.map { fixture.store.blobs.path(of: $0) })
        #expect(asked.paths.withLock { $0 } == [model.weightsPaths])
        #expect(model.config.families == ["llama"])
        #expect(try fixture.store.verify([ModelName("x")]).blobs == 4)
        #expect(
            model.modelfileText.split(separator: "\n").filter { $0.hasPrefix("FROM") }.count == 3
        )
    }

    @Test func splitWeightsAreQuantizedIntoOne() throws {
        let fixture = try StoreFixture()
        var creation = try creation(Self.parts, fixture)
        let asked = Asked()
        creation.quantization = "Q4_K_M"
        try fixture.store.create(creation, inspector: Self.inspector(asked))
        let made = Digest(hashing: Array("GGUF".utf8))
        #expect(try fixture.store.resolve(ModelName("x")).weights.map(\.digest) == [made])
        #expect(asked.paths.withLock { $0.map(\.count) } == [3, 3, 1])
        // The same from a model that has the parts as layers.
        creation.quantization = ""
        creation.name = try ModelName("parts")
        try fixture.store.create(creation, inspector: Self.inspector())
        var second = ModelCreation(name: try ModelName("y"), source: .model(creation.name))
        second.quantization = "Q4_K_M"
        try fixture.store.create(second, inspector: Self.inspector())
        #expect(try fixture.store.resolve(ModelName("y")).weights.map(\.digest) == [made])
    }

    @Test(arguments: [
        ([0, 2], [], #"Part 2 of 3 is missing: "m-00002-of-00003.gguf""#),
        ([1], [], #"Part 1 of 3 is missing: "m-00001-of-00003.gguf""#),
        ([0, 1, 2], [("m-00004-of-00004.gguf", "GGUF 0/3")], "part 4 of 4 by its name and part 1"),
        ([0, 1, 2], [("m-00001-of-00003.gguf", "GGUF other")], "part 1 of 1 by its metadata"),
        ([0, 1, 2], [("n.gguf", "GGUF 1/3")], "Part 1 of 3 is missing"),
        ([0, 1, 2], [("m-00002-of-00003.GGUF", "GGUF 1/3")], "are both part 2 of 3"),
        ([0, 1, 2], [("n.gguf", "GGUF whole")], #""n.gguf" is a second model"#),
        ([], [("a.gguf", "GGUF 3/3")], "says to be part 3 of 3"),
        ([], [("a.gguf", "GGUF -1/3")], "says to be part -1 of 3"),
        ([], [("a.gguf", "GGUF 0/2000000000")], "at most 1024"),
    ])
    func whatIsNoWholeModelIsRefusedByName(
        _ parts: [Int],
        _ others: [(String, String)],
        _ message: String
    ) throws {
        let fixture = try StoreFixture()
        let files = parts.map { Self.parts[$0] } + others
        let error = #expect(throws: StoreError.self) {
            try fixture.store.create(creation(files, fixture), inspector: Self.inspector())
        }
        #expect(error?.code == .invalidRequest)
        #expect(error?.message.contains(message) == true, "\(String(describing: error))")
        #expect(try !fixture.store.contains(ModelName("x")))
    }

    @Test func namesOfPartsAreReadStrictly() {
        let name = PartName("a-b-00002-of-00010.gguf")
        #expect(name?.stem == "a-b" && name?.number == 2 && name?.count == 10)
        #expect(name?.name(ofPart: 10) == "a-b-00010-of-00010.gguf" && name?.all.count == 10)
        for text in [
            "a-00000-of-00002.gguf", "a-00003-of-00002.gguf", "a-0001-of-00002.gguf",
            "a-00001-of-99999.gguf", "a-00001-to-00002.gguf", "a-00001-of-00002.bin", "gguf",
            "00001-of-00002.gguf", "a-0000١-of-00002.gguf", "",
        ] {
            #expect(PartName(text) == nil, "\(text)")
        }
    }

    @Test func partsAreFoundBesideTheOneThatIsNamed() throws {
        let fixture = try StoreFixture()
        for (name, text) in Self.parts { try fixture.folder.write(text, to: "w/" + name) }
        let folder = fixture.folder.path + "/w/"
        for (name, _) in Self.parts {
            let sources = try ModelfilePaths.sources(at: folder + name)
            #expect(sources?.map(\.name) == Self.parts.map(\.0))
            #expect(sources?.map(\.path) == Self.parts.map { folder + $0.0 })
        }
        try FileManager.default.removeItem(atPath: folder + Self.parts[1].0)
        let error = #expect(throws: StoreError.self) {
            try ModelfilePaths.sources(at: folder + Self.parts[0].0)
        }
        #expect(error?.message.contains("m-00002-of-00003.gguf") == true)
    }

    /// Folders as Hugging Face's cache has them.
    @Test func linksOutOfAFolderAreFollowedWhereThatIsAllowed() throws {
        let fixture = try StoreFixture()
        try fixture.folder.write("GGUF", to: "hub/models--u--r/blobs/abc")
        let snapshot = fixture.folder.path + "/hub/models--u--r/snapshots/1"
        try FileManager.default.createDirectory(
            atPath: snapshot,
            withIntermediateDirectories: true
        )
        try FileManager.default.createSymbolicLink(
            atPath: snapshot + "/m.gguf",
            withDestinationPath: "../../blobs/abc"
        )
        let error = #expect(throws: StoreError.self) { try ModelfilePaths.sources(at: snapshot) }
        #expect(error?.message.hasPrefix("insecure path: m.gguf") == true)
        #expect(error?.message.contains("--link") == true)
        let sources = try ModelfilePaths.sources(at: snapshot, following: true)
        #expect(sources?.map(\.name) == ["m.gguf"])
        #expect(sources?.first?.path.hasSuffix("/blobs/abc") == true)
        let single = try ModelfilePaths.sources(at: snapshot + "/m.gguf")
        #expect(single?.map(\.name) == ["m.gguf"])
    }
}
