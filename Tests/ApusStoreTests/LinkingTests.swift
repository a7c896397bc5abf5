import Foundation
import Testing

@testable import ApusStore

@Suite struct LinkingTests {
    private static let content = "GGUF weights"

    /// A store and a file beside it.
    private func fixture() throws -> (fixture: StoreFixture, source: String) {
        let fixture = try StoreFixture()
        try fixture.folder.write(Self.content, to: "elsewhere/model.gguf")
        return (fixture, fixture.folder.path + "/elsewhere/model.gguf")
    }

    private func install(_ digest: Digest, in fixture: StoreFixture) throws {
        let size = Int64(Self.content.utf8.count)
        let layer = Layer(mediaType: MediaType.model, digest: digest, sizeBytes: size)
        let manifest = Manifest(config: nil, layers: [layer])
        try fixture.store.install(manifest.bytes, as: ModelName("a"))
    }

    private func overwrite(_ path: String, with text: String) throws {
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }

    @Test func fileOfTheSameFileSystemIsLinkedWithoutCopying() throws {
        let (fixture, source) = try fixture()
        var steps: [Int64] = []
        let (receipt, link) = try fixture.store.blobs.link(fileAt: source) { done, total in
            steps.append(done)
            #expect(total == 12)
        }
        #expect(link == .reflink || link == .hardLink)
        #expect(receipt.digest == Digest(hashing: Array(Self.content.utf8)))
        #expect(receipt.sizeBytes == 12 && !receipt.existed && steps.last == 12)
        #expect(fixture.blobNames == [receipt.digest.fileName])
        #expect(fixture.store.blobs.isLinked(receipt.digest) == (link == .hardLink))
        let again = try fixture.store.blobs.link(fileAt: source)
        #expect(again.link == .present && again.receipt.existed)
        #expect(fixture.blobNames == [receipt.digest.fileName])
    }

    @Test(arguments: [BlobStore.Link.hardLink, .symbolicLink])
    func modelOfALinkIsUsedWeighedAndDeleted(way: BlobStore.Link) throws {
        let (fixture, source) = try fixture()
        let (receipt, link) = try fixture.store.blobs.link(fileAt: source, ways: [way])
        #expect(link == way)
        try install(receipt.digest, in: fixture)
        #expect(try fixture.store.resolve(ModelName("a")).weights.first?.sizeBytes == 12)
        #expect(try fixture.store.verify().isSound)
        #expect(try fixture.store.usage().linked == StoreUsage.Amount(files: 1, bytes: 12))
        try fixture.store.delete(ModelName("a"))
        #expect(fixture.blobNames.isEmpty)
        #expect(try String(contentsOfFile: source, encoding: .utf8) == Self.content)
    }

    @Test(arguments: [BlobStore.Link.hardLink, .symbolicLink])
    func changedSourceIsNamed(way: BlobStore.Link) throws {
        let (fixture, source) = try fixture()
        let digest = try fixture.store.blobs.link(fileAt: source, ways: [way]).receipt.digest
        try install(digest, in: fixture)
        try overwrite(source, with: "GGUF weighty")
        let fault = try #require(try fixture.store.verify().faults.first)
        #expect(fault.models == [try ModelName("a")] && fault.error.code == .digestMismatch)
        try overwrite(source, with: "GGUF")
        #expect(
            try storeErrorCode { _ = try fixture.store.resolve(ModelName("a")) } == .corruptLayer
        )
    }

    @Test func removedSourceOfASymbolicLinkIsAMissingBlob() throws {
        let (fixture, source) = try fixture()
        let ways = [BlobStore.Link.symbolicLink]
        let digest = try fixture.store.blobs.link(fileAt: source, ways: ways).receipt.digest
        try install(digest, in: fixture)
        try FileManager.default.removeItem(atPath: source)
        let model = try ModelName("a")
        #expect(try storeErrorCode { _ = try fixture.store.resolve(model) } == .missingBlob)
        #expect(try fixture.store.verify().faults.map(\.error.code) == [.missingBlob])
        // Content that arrives again replaces the link, and nothing where it led to.
        try fixture.store.blobs.store(Array(Self.content.utf8))
        #expect(!FileManager.default.fileExists(atPath: source))
        #expect(try fixture.store.verify().isSound)
    }

    @Test func linkedBlobIsYoungHoweverOldTheFile() throws {
        let (fixture, source) = try fixture()
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1000)],
            ofItemAtPath: source
        )
        let digest = try fixture.store.blobs.link(fileAt: source, ways: [.hardLink]).receipt.digest
        #expect(try fixture.store.prune().spared == 1)
        #expect(fixture.store.blobs.exists(digest))
        try fixture.store.discard([digest])
        #expect(!fixture.store.blobs.exists(digest))
        #expect(FileManager.default.fileExists(atPath: source))
    }

    @Test func linksToFilesAreFollowedToTheFile() throws {
        let (fixture, source) = try fixture()
        let alias = fixture.folder.path + "/elsewhere/alias.gguf"
        try FileManager.default.createSymbolicLink(
            atPath: alias,
            withDestinationPath: "model.gguf"
        )
        let ways = [BlobStore.Link.symbolicLink]
        let digest = try fixture.store.blobs.link(fileAt: alias, ways: ways).receipt.digest
        let target = try FileManager.default.destinationOfSymbolicLink(
            atPath: fixture.store.blobs.path(of: digest)
        )
        #expect(target == (try FileSystem.realPath(source)))
    }

    @Test func whatIsNoGGUFFileIsRefusedByName() throws {
        let (fixture, _) = try fixture()
        try fixture.folder.write("{}", to: "elsewhere/model.safetensors")
        let folder = fixture.folder.path + "/elsewhere"
        for path in [folder, folder + "/model.safetensors", "/dev/null"] {
            let error = #expect(throws: StoreError.self) {
                try fixture.store.blobs.link(fileAt: path)
            }
            #expect(error?.code == .invalidRequest && error?.message.contains(path) == true)
        }
        #expect(
            try storeErrorCode { _ = try fixture.store.blobs.link(fileAt: folder + "/none") }
                == .notFound
        )
        #expect(fixture.blobNames.isEmpty)
    }

    @Test func storeIsNotLinkedIntoItself() throws {
        let (fixture, _) = try fixture()
        try fixture.folder.write(Self.content, to: "models/blobs/incoming-1")
        let path = fixture.store.paths.blobs + "/incoming-1"
        #expect(
            try storeErrorCode {
                _ = try fixture.store.blobs.link(fileAt: path, ways: [.symbolicLink])
            } == .invalidRequest
        )
        #expect(fixture.blobNames == ["incoming-1"])
    }
}
