import Foundation
import Testing

@testable import ApusStore
@testable import apus

/// `prune`, `verify` and `du`: their words, and the real program on a store.
@Suite struct UpkeepCommandTests {
    private func withStore(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "apus-upkeep-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    @Test func argumentsAreParsed() throws {
        let prune = try #require(try Apus.command(for: ["prune", "--dry-run"]) as? PruneCommand)
        #expect(prune.dryRun)
        let verify = try #require(try Apus.command(for: ["verify", "a", "b"]) as? VerifyCommand)
        #expect(verify.models == ["a", "b"])
        #expect(try Apus.command(for: ["du"]) is DiskUsageCommand)
    }

    @Test func verificationNamesDigestsAndModels() throws {
        let digest = Digest(hashing: [1])
        var result = ModelStore.Verification()
        result.blobs = 3
        #expect(VerifyCommand.text(of: result) == "3 files verified\n")
        result.faults = [
            .init(
                digest: digest,
                models: [try ModelName("a"), try ModelName("b:x")],
                error: BlobStore.missing(digest)
            )
        ]
        #expect(
            VerifyCommand.text(of: result) == """
                a:latest, b:x: The model store has no blob \(digest).
                3 files read, 1 damaged

                """
        )
    }

    @Test func usageLeavesOutWhatIsZero() throws {
        var usage = StoreUsage()
        var model = StoreUsage.Model(name: try ModelName("a"))
        (model.ownBytes, model.sharedBytes) = (500, 1500)
        usage.models = [model]
        usage.used.add(2000)
        usage.partial.add(7)
        #expect(
            DiskUsageCommand.text(of: usage) == """
                NAME        SIZE    OWN      SHARED
                a:latest    2 KB    500 B    1.5 KB

                models               2 KB    1 file
                partial downloads    7 B     1 file

                """
        )
    }

    @Test func namesOfFilesCannotSteerTheTerminal() throws {
        let text = UpkeepText.path("blobs/a b\u{1B}[2J\n\u{9B}31m")
        #expect(text.hasPrefix("blobs/a b"))
        #expect(text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    }

    @Test func programVerifiesWeighsAndPrunes() throws {
        try withStore { folder in
            let store = ModelStore(root: folder.path)
            let weights = try store.blobs.store(Array("weights".utf8)).digest
            let unused = try store.blobs.store(Array("unused".utf8)).digest
            let layer = Layer(mediaType: MediaType.model, digest: weights, sizeBytes: 7)
            try store.install(
                Manifest(config: nil, layers: [layer]).bytes,
                as: ModelName("mine")
            )
            func apus(_ arguments: String...) throws -> EndToEndTests.Outcome {
                try EndToEndTests.apus(arguments, models: folder.path)
            }
            #expect(try apus("verify").output == "2 files verified\n")
            #expect(try apus("du").output.contains("unreferenced    6 B    1 file"))
            let pruned = try apus("prune", "--dry-run")
            #expect(pruned.output == "nothing to remove\nkept 1 file for being young\n")
            #expect(pruned.status == 0 && store.blobs.exists(unused))
            try Data("weighty".utf8).write(to: URL(filePath: store.blobs.path(of: weights)))
            let verified = try apus("verify", "mine")
            #expect(verified.status == 1, "\(verified.errors)")
            #expect(
                verified.output.contains("mine:latest") && verified.output.contains("\(weights)")
            )
            let unknown = try apus("verify", "other")
            #expect(unknown.status == 1 && unknown.errors.contains("other"))
        }
    }
}
