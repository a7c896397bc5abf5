import Foundation
import Testing

@testable import ApusStore

@Suite struct ModelStoreWritingTests {
    @Test func deletingRemovesOnlyWhatNoOtherModelUses() throws {
        let fixture = try StoreFixture()
        try fixture.plantModel(
            "registry.ollama.ai/library/a/latest",
            [(MediaType.model, "shared"), (MediaType.system, "only a")]
        )
        try fixture.plantModel("registry.ollama.ai/library/b/v1", [(MediaType.model, "shared")])
        let stray = try fixture.plant("belongs to nobody")
        try fixture.store.delete(ModelName("A"))
        #expect(
            fixture.folder.files(below: "models/manifests/registry.ollama.ai/library") == [
                "b", "b/v1",
            ]
        )
        #expect(fixture.store.blobs.exists(Digest(hashing: Array("shared".utf8))))
        #expect(!fixture.store.blobs.exists(Digest(hashing: Array("only a".utf8))))
        #expect(fixture.store.blobs.exists(stray))
        try fixture.store.delete(ModelName("b:v1"))
        #expect(fixture.blobNames == [stray.fileName])
        #expect(fixture.folder.files(below: "models/manifests").isEmpty)
        #expect(try storeErrorCode { try fixture.store.delete(ModelName("a")) } == .notFound)
    }

    @Test func blobsNamedByACorruptManifestSurviveAndItCanBeDeleted() throws {
        let fixture = try StoreFixture()
        try fixture.plantModel("registry.ollama.ai/library/a/latest", [(MediaType.model, "shared")])
        let digest = Digest(hashing: Array("shared".utf8))
        try fixture.folder.write(
            #"{"layers": "\#(digest.fileName)", cut off"#,
            to: "models/manifests/registry.ollama.ai/library/bad/latest"
        )
        try fixture.store.delete(ModelName("a"))
        #expect(fixture.store.blobs.exists(digest))
        try fixture.store.delete(ModelName("bad"))
        #expect(!fixture.store.blobs.exists(digest))
    }

    @Test func copyingKeepsTheManifestByteForByte() throws {
        let fixture = try StoreFixture()
        let path = "registry.ollama.ai/library/a/latest"
        try fixture.plantModel(path, [(MediaType.model, "weights")])
        let odd = try String(
            contentsOfFile: fixture.store.paths.manifests + "/" + path,
            encoding: .utf8
        ).replacingOccurrences(of: "{\"schema", with: "{ \"unknown\" : [1] , \"schema")
        try fixture.folder.write(odd, to: "models/manifests/\(path)")
        try fixture.store.copy(ModelName("a"), to: ModelName("h:1/n/b:t"))
        #expect(try fixture.store.manifestBytes(of: ModelName("h:1/n/b:t")) == Array(odd.utf8))
        try fixture.store.delete(ModelName("a"))
        #expect(try fixture.store.resolve(ModelName("h:1/n/b:t")).weights.count == 1)
    }

    @Test func copyingOntoAnotherSpellingReplacesThatModel() throws {
        let fixture = try StoreFixture()
        try fixture.plantModel("registry.ollama.ai/library/a/latest", [(MediaType.model, "new")])
        try fixture.plantModel("registry.ollama.ai/library/Foo/latest", [(MediaType.model, "old")])
        try fixture.store.copy(ModelName("a"), to: ModelName("foo"))
        #expect(
            try fixture.store.list().models.map(\.name.shortest).sorted() == [
                "Foo:latest", "a:latest",
            ]
        )
        #expect(!fixture.store.blobs.exists(Digest(hashing: Array("old".utf8))))
        try fixture.store.copy(ModelName("a"), to: ModelName("A"))
        #expect(try fixture.store.resolve(ModelName("a")).weights.count == 1)
        #expect(
            try storeErrorCode { try fixture.store.copy(ModelName("none"), to: ModelName("x")) }
                == .notFound
        )
    }

    @Test func installingNeedsEveryBlobInItsSize() throws {
        let fixture = try StoreFixture()
        let digest = try fixture.plant("weights")
        func manifest(_ size: Int) -> [UInt8] {
            Manifest(
                config: nil,
                layers: [Layer(mediaType: MediaType.model, digest: digest, sizeBytes: Int64(size))]
            ).bytes
        }
        let name = try ModelName("x")
        #expect(
            try storeErrorCode { try fixture.store.install(manifest(8), as: name) } == .sizeMismatch
        )
        #expect(
            try storeErrorCode { try fixture.store.install([0x7B], as: name) } == .corruptManifest
        )
        #expect(try !fixture.store.contains(name))
        #expect(try fixture.store.install(manifest(7), as: name) == 0)
        #expect(try fixture.store.contains(name))
        let other = try fixture.plant("other")
        let replacement = Manifest(
            config: nil,
            layers: [Layer(mediaType: MediaType.model, digest: other, sizeBytes: 5)]
        )
        #expect(try fixture.store.install(replacement.bytes, as: name) == 1)
        #expect(fixture.blobNames == [other.fileName])
        try fixture.store.blobs.remove(other)
        #expect(
            try storeErrorCode { try fixture.store.install(replacement.bytes, as: name) }
                == .missingBlob
        )
    }

    @Test func pruningSparesWhatIsUsedFreshOrResumable() throws {
        let fixture = try StoreFixture()
        try fixture.plantModel("registry.ollama.ai/library/a/latest", [(MediaType.model, "used")])
        let unused = try fixture.plant("unused")
        let partial = String(repeating: "0", count: 64)
        try fixture.folder.write("12", to: "models/blobs/sha256-\(partial)-partial")
        try fixture.folder.write("123", to: "models/blobs/incoming-1")
        try fixture.folder.write("1", to: "models/manifests/h/n/m/.incoming-1")
        #expect(try fixture.store.prune() == ModelStore.Pruned(spared: 4))
        let later = Date().addingTimeInterval(4000)
        let planned = try fixture.store.prune(isDryRun: true, now: later)
        #expect(fixture.store.blobs.exists(unused))
        #expect(
            planned.files.map(\.path) == [
                "blobs/incoming-1", "blobs/\(unused.fileName)", "manifests/h/n/m/.incoming-1",
            ]
        )
        #expect(planned.freedBytes == 10 && planned.spared == 1)
        #expect(try fixture.store.prune(now: later) == planned)
        #expect(!fixture.store.blobs.exists(unused))
        #expect(
            fixture.folder.files(below: "models/manifests").last
                == "registry.ollama.ai/library/a/latest"
        )
        #expect(!fixture.folder.files(below: "models/manifests").contains("h"))
        #expect(try fixture.store.resolve(ModelName("a")).weights.count == 1)
        let last = try fixture.store.prune(now: Date().addingTimeInterval(8 * 24 * 3600))
        #expect(last.files.map(\.kind) == [.partial] && last.freedBytes == 2)
    }

    @Test func pruningDoesNothingWhileAManifestIsCorrupt() throws {
        let fixture = try StoreFixture()
        let unused = try fixture.plant("unused")
        try fixture.folder.write("{", to: "models/manifests/h/n/m/t")
        let result = try fixture.store.prune(now: Date().addingTimeInterval(4000))
        #expect(result.skipped?.error.code == .corruptManifest)
        #expect(fixture.store.blobs.exists(unused))
    }

    @Test func earlyBlobNamesAreRenamed() throws {
        let fixture = try StoreFixture()
        let digest = Digest(hashing: Array("old".utf8))
        try fixture.folder.write("old", to: "models/blobs/\(digest)")
        #expect(!fixture.store.blobs.exists(digest))
        try fixture.store.renameLegacyBlobs()
        #expect(fixture.store.blobs.exists(digest))
    }
}

@Suite struct BuiltInModelTests {
    @Test func itAnswersListsAndCannotBeDeleted() throws {
        let fixture = try StoreFixture(builtIns: [try StoreFixture.demo()])
        let model = try fixture.store.resolve(ModelName("DEMO"))
        #expect(model.weights.map(\.location) == [.builtIn(name: try ModelName("demo"))])
        #expect(model.parameters == ["temperature": .number(0.5)])
        #expect(model.config.parameterSize == "1.2B")
        let listing = try fixture.store.list()
        #expect(listing.models.map(\.isBuiltIn) == [true])
        #expect(listing.models == [model.summary])
        let error = #expect(throws: StoreError.self) { try fixture.store.delete(ModelName("demo")) }
        #expect(error?.code == .builtIn)
        #expect(error?.message.contains("built into") == true)
        #expect(!FileManager.default.fileExists(atPath: fixture.store.paths.root))
    }

    @Test func aModelOfTheStoreGoesBeforeIt() throws {
        let fixture = try StoreFixture(builtIns: [try StoreFixture.demo()])
        try fixture.plantModel(
            "registry.ollama.ai/library/Demo/latest",
            [(MediaType.system, "mine")]
        )
        #expect(try fixture.store.resolve(ModelName("demo")).system == "mine")
        #expect(try fixture.store.list().models.map(\.isBuiltIn) == [false])
        try fixture.store.delete(ModelName("demo"))
        #expect(try fixture.store.resolve(ModelName("demo")).summary.isBuiltIn)
    }

    @Test func copyingWritesItToTheStoreWithTheSameDigest() throws {
        let fixture = try StoreFixture(builtIns: [try StoreFixture.demo()])
        try fixture.store.copy(ModelName("demo"), to: ModelName("mine"))
        let copy = try fixture.store.resolve(ModelName("mine"))
        let original = try fixture.store.resolve(ModelName("demo"))
        #expect(copy.summary.digest == original.summary.digest)
        #expect(copy.template == original.template)
        #expect(copy.parameters == original.parameters)
        #expect(copy.licenses == original.licenses)
        try fixture.store.blobs.verify(copy.weights[0].digest)
    }

    @Test func weightsThatAreNotWhatWasStatedAreNotWritten() throws {
        let bytes = Array("GGUF".utf8)
        let lying = BuiltInModel(
            name: try ModelName("demo"),
            digest: Digest(hashing: [1]),
            sizeBytes: 4,
            weights: { bytes },
            facts: StoreFixture.facts,
            modifiedAt: Date()
        )
        let fixture = try StoreFixture(builtIns: [lying])
        #expect(
            try storeErrorCode { try fixture.store.copy(ModelName("demo"), to: ModelName("x")) }
                == .digestMismatch
        )
        #expect(fixture.blobNames.isEmpty)
    }
}
