import Foundation
import Testing

@testable import ApusStore

@Suite struct UpkeepTests {
    /// Two models that share weights, with texts of their own.
    private func twoModels() throws -> StoreFixture {
        let fixture = try StoreFixture()
        for name in ["a", "b"] {
            try fixture.plantModel(
                "registry.ollama.ai/library/\(name)/latest",
                config: "{}",
                [(MediaType.model, "weights"), (MediaType.system, "system of \(name)")]
            )
        }
        return fixture
    }

    private func damage(_ text: String, in fixture: StoreFixture, with other: String) throws {
        let digest = Digest(hashing: Array(text.utf8))
        try fixture.folder.write(other, to: "models/blobs/\(digest.fileName)")
    }

    @Test func soundStoreIsVerifiedWithProgress() throws {
        let fixture = try twoModels()
        try fixture.plant("of no model")
        var steps: [Int64] = []
        var totals: Set<Int64> = []
        let result = try fixture.store.verify { done, total in
            steps.append(done)
            totals.insert(total)
        }
        #expect(result.isSound && result.blobs == 5)
        #expect(steps == steps.sorted() && steps.last == 42 && totals == [42])
        #expect(try fixture.store.verify([ModelName("a")]).blobs == 3)
    }

    @Test func damagedBlobIsNamedWithAllItsModels() throws {
        let fixture = try twoModels()
        try damage("weights", in: fixture, with: "weighty")
        let expected = [try ModelName("a"), try ModelName("b")]
        for names in [[], [try ModelName("b")]] {
            let fault = try #require(try fixture.store.verify(names).faults.first)
            #expect(fault.models == expected && fault.error.code == .digestMismatch)
            #expect(fault.digest == Digest(hashing: Array("weights".utf8)))
        }
    }

    @Test func otherModelsAreNotReadWhenOneIsNamed() throws {
        let fixture = try twoModels()
        try damage("system of a", in: fixture, with: "sister of a")
        #expect(try fixture.store.verify([ModelName("b")]).isSound)
        #expect(try !fixture.store.verify([ModelName("a")]).isSound)
    }

    @Test func missingBlobsFoldersAndUnreadableManifestsAreFaults() throws {
        let fixture = try twoModels()
        let text = Digest(hashing: Array("system of a".utf8))
        try fixture.store.blobs.remove(text)
        let other = fixture.store.blobs.path(of: Digest(hashing: Array("system of b".utf8)))
        try FileManager.default.removeItem(atPath: other)
        try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
        try fixture.folder.write("{", to: "models/manifests/h/n/m/t")
        let result = try fixture.store.verify()
        let codes = result.faults.map(\.error.code)
        #expect(codes.count == 2 && codes.contains(.missingBlob) && codes.contains(.system))
        #expect(result.problems.map(\.path) == ["h/n/m/t"] && !result.isSound)
    }

    @Test func sizeThatAManifestGetsWrongIsAFault() throws {
        let fixture = try StoreFixture()
        let digest = try fixture.plant("weights")
        let layer = Layer(mediaType: MediaType.model, digest: digest, sizeBytes: 8)
        try fixture.folder.write(
            String(decoding: Manifest(config: nil, layers: [layer]).bytes, as: UTF8.self),
            to: "models/manifests/registry.ollama.ai/library/a/latest"
        )
        #expect(try fixture.store.verify().faults.map(\.error.code) == [.sizeMismatch])
    }

    @Test func modelsWithoutBlobsCannotBeVerified() throws {
        let fixture = try StoreFixture(builtIns: [try StoreFixture.demo()])
        let names = [("demo", StoreError.Code.builtIn), ("none", .notFound)]
        for (name, code) in names {
            #expect(
                try storeErrorCode { _ = try fixture.store.verify([ModelName(name)]) } == code
            )
        }
        #expect(try fixture.store.verify().isSound)
    }

    @Test func usageTellsOwnFromSharedAndUnused() throws {
        let fixture = try twoModels()
        try fixture.plant("of no model")
        let zeros = String(repeating: "0", count: 64)
        try fixture.folder.write("12", to: "models/blobs/sha256-\(zeros)-partial")
        try fixture.folder.write("123", to: "models/blobs/incoming-1")
        let kept = try fixture.plant("kept")
        try fixture.folder.write("{\"\(kept)\"", to: "models/manifests/h/n/m/t")
        let usage = try fixture.store.usage()
        #expect(usage.models.map(\.name) == [try ModelName("a"), try ModelName("b")])
        #expect(usage.models.map(\.ownBytes) == [11, 11])
        // The configuration, {}, is the same for both.
        #expect(usage.models.map(\.sharedBytes) == [9, 9])
        #expect(usage.used == StoreUsage.Amount(files: 4, bytes: 31))
        #expect(usage.unreferenced == StoreUsage.Amount(files: 1, bytes: 11))
        #expect(usage.partial == StoreUsage.Amount(files: 1, bytes: 2))
        #expect(usage.leftovers == StoreUsage.Amount(files: 1, bytes: 3))
        #expect(usage.unreadable == StoreUsage.Amount(files: 1, bytes: 4))
        #expect(usage.problems.count == 1 && usage.linked == StoreUsage.Amount())
    }

    @Test func pruningRemovesLinksAndNotWhatTheyLeadTo() throws {
        let fixture = try StoreFixture()
        try fixture.folder.write("outside", to: "elsewhere/model.gguf")
        try fixture.folder.write("outside", to: "elsewhere/.incoming-1")
        try fixture.plant("unused")
        let outside = fixture.folder.path + "/elsewhere"
        let links = ["blobs/sha256-\(String(repeating: "1", count: 64))", "blobs/linked"]
        for (link, target) in zip(links, [outside + "/model.gguf", outside]) {
            try FileManager.default.createSymbolicLink(
                atPath: "\(fixture.store.paths.root)/\(link)",
                withDestinationPath: target
            )
        }
        try fixture.folder.write("1", to: "models/manifests/h/.incoming-1")
        try FileManager.default.createSymbolicLink(
            atPath: "\(fixture.store.paths.manifests)/h/n",
            withDestinationPath: outside
        )
        // The link among the manifests is a manifest that cannot be read.
        let later = Date().addingTimeInterval(4000)
        #expect(try fixture.store.prune(now: later).skipped?.path == "h/n")
        try FileManager.default.removeItem(atPath: "\(fixture.store.paths.manifests)/h/n")
        let pruned = try fixture.store.prune(now: later)
        #expect(pruned.files.count == 4 && pruned.freedBytes == 7)
        #expect(fixture.blobNames.isEmpty)
        #expect(fixture.folder.files(below: "elsewhere") == [".incoming-1", "model.gguf"])
    }

    @Test func dryRunAndUsageNeedNoStore() throws {
        let fixture = try StoreFixture()
        #expect(try fixture.store.prune(isDryRun: true) == ModelStore.Pruned())
        #expect(try fixture.store.usage() == StoreUsage())
        #expect(!FileManager.default.fileExists(atPath: fixture.store.paths.root))
    }
}
