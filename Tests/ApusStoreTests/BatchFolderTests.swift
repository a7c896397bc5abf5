import Foundation
import Testing

@testable import ApusStore

@Suite struct BatchFolderTests {
    private let place: TemporaryFolder
    private var path: String { place.path + "/batches" }

    init() throws { place = try TemporaryFolder() }

    private func identifier(_ text: String = "msgbatch_1") throws -> BatchIdentifier {
        try #require(BatchIdentifier(text))
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    private func lines(_ reader: BatchReader) throws -> [String] {
        var lines: [String] = []
        while let line = try reader.line(limit: 100) {
            lines.append(String(decoding: line, as: UTF8.self))
        }
        return lines
    }

    @Test(arguments: [
        "", "msgbatch_", "x", "msgbatch_a/b", "msgbatch_..", "msgbatch_a.json", "msgbatch_\u{0}",
        "msgbatch_é", "MSGBATCH_1", "msgbatch_" + String(repeating: "a", count: 65),
        "../msgbatch_1",
    ]) func otherTextsAreNoIdentifiers(_ text: String) {
        #expect(BatchIdentifier(text) == nil)
    }

    @Test func aBatchIsForItsOwnerOnly() throws {
        let folder = try BatchFolder(path: path)
        try folder.create(identifier(), record: Array("{}".utf8), requests: Array("a\nb\n".utf8))
        try folder.append(Array("r\n".utf8), toResultsOf: identifier())
        #expect(try mode(path) == 0o700)
        for name in ["msgbatch_1.json", "msgbatch_1.requests", "msgbatch_1.results", "lock"] {
            #expect(try mode("\(path)/\(name)") == 0o600, "\(name)")
        }
        #expect(try folder.identifiers() == [identifier()])
        #expect(try lines(folder.reader(of: .requests, identifier())) == ["a", "b"])
        #expect(try folder.size(of: identifier()) == 8)
    }

    @Test func oneServerAtATime() throws {
        var first: BatchFolder? = try BatchFolder(path: path)
        #expect(throws: StoreError.self) { try BatchFolder(path: path) }
        #expect(first != nil)
        first = nil
        _ = try BatchFolder(path: path)
    }

    @Test func whatACrashLeavesIsRemoved() throws {
        do {
            let folder = try BatchFolder(path: path)
            try folder.create(identifier(), record: [], requests: [1])
        }
        for name in ["msgbatch_2.requests", "msgbatch_3.results", ".incoming-x"] {
            try place.write("x", to: "batches/\(name)")
        }
        try place.write("x", to: "batches/notes.txt")
        let folder = try BatchFolder(path: path)
        #expect(try folder.identifiers() == [identifier()])
        let left = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        #expect(left == ["lock", "msgbatch_1.json", "msgbatch_1.requests", "notes.txt"])
    }

    @Test func halfALineIsNoLine() throws {
        let folder = try BatchFolder(path: path)
        let long = String(repeating: "x", count: 99)
        try folder.append(Array("a\n\(long)\nhalf".utf8), toResultsOf: identifier())
        let reader = try folder.reader(of: .results, identifier())
        #expect(try lines(reader) == ["a", long])
        #expect(reader.position == 102)
        try folder.cutResults(of: identifier(), to: reader.position)
        try folder.append(Array("b\n".utf8), toResultsOf: identifier())
        #expect(try lines(folder.reader(of: .results, identifier())) == ["a", long, "b"])
        let endless = String(repeating: "y", count: 200_000)
        try folder.append(Array(endless.utf8), toResultsOf: identifier())
        #expect(throws: StoreError.self) {
            _ = try lines(folder.reader(of: .results, identifier()))
        }
    }

    @Test func aRemovedBatchCanStillBeReadByWhoeverReadsIt() throws {
        let folder = try BatchFolder(path: path)
        try folder.create(identifier(), record: [], requests: Array("a\n".utf8))
        let reader = try folder.reader(of: .requests, identifier())
        try folder.remove(identifier())
        #expect(try reader.chunk() == Array("a\n".utf8))
        #expect(try folder.identifiers().isEmpty)
        #expect(throws: StoreError.self) { try folder.record(of: identifier()) }
    }

    @Test func linksAreNotFollowed() throws {
        let folder = try BatchFolder(path: path)
        let secret = place.path + "/secret"
        try place.write("s\n", to: "secret")
        for part in ["requests", "results", "json"] {
            try FileManager.default.createSymbolicLink(
                atPath: "\(path)/msgbatch_1.\(part)",
                withDestinationPath: secret
            )
        }
        #expect(throws: StoreError.self) { try folder.reader(of: .requests, identifier()) }
        #expect(throws: StoreError.self) { try folder.record(of: identifier()) }
        #expect(throws: StoreError.self) { try folder.append([1], toResultsOf: identifier()) }
    }

    @Test func theSigningKeyStaysTheSame() throws {
        let store = ModelStore(root: place.path + "/models")
        let key = try store.signingKey()
        #expect(key.count == 32)
        #expect(try ModelStore(root: place.path + "/models").signingKey() == key)
        #expect(try mode(store.paths.signingKey) == 0o600)
        #expect(try ModelStore(root: place.path + "/other").signingKey() != key)
        try Data([1, 2]).write(to: URL(fileURLWithPath: store.paths.signingKey))
        #expect(throws: StoreError.self) { try store.signingKey() }
    }
}
