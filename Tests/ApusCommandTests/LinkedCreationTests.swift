import Foundation
import Testing

@testable import ApusStore
@testable import apus

/// `create --link`, with the real program and the bundled weights.
@Suite(.serialized) struct LinkedCreationTests {
    private static let demo = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Sources/CApusDemo/demo.gguf").standardizedFileURL

    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "apus-link-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    @Test func modelIsMadeOfAFileInPlace() throws {
        try withFolder { folder in
            try FileManager.default.copyItem(at: Self.demo, to: folder.appending(path: "w.gguf"))
            let modelfile = folder.appending(path: "Modelfile")
            try Data("FROM ./w.gguf\n".utf8).write(to: modelfile)
            let models = folder.appending(path: "models").path
            let made = try EndToEndTests.apus(
                ["create", "mine", "--link", "-f", modelfile.path],
                models: models
            )
            #expect(made.status == 0, "\(made.errors)")
            #expect(made.errors.contains("0 bytes copied"), "\(made.errors)")
            let store = ModelStore(root: models)
            let weights = try #require(try store.resolve(ModelName("mine")).weights.first)
            #expect(made.errors.contains("reflink") || store.blobs.isLinked(weights.digest))
            #expect(try store.verify().isSound)
        }
    }

    @Test func refusalNamesTheFileAndLeavesTheStoreAsItWas() throws {
        try withFolder { folder in
            let modelfile = folder.appending(path: "Modelfile")
            let models = folder.appending(path: "models").path
            // The second passes for a GGUF file until the server reads it.
            for text in ["weights", "GGUF and no more"] {
                try Data(text.utf8).write(to: folder.appending(path: "w.gguf"))
                try Data("FROM ./w.gguf\n".utf8).write(to: modelfile)
                let made = try EndToEndTests.apus(
                    ["create", "mine", "--link", "-f", modelfile.path],
                    models: models
                )
                #expect(made.status == 1)
                #expect(text != "weights" || made.errors.contains("w.gguf cannot be linked"))
                let blobs = try? FileManager.default.contentsOfDirectory(atPath: models + "/blobs")
                #expect(blobs ?? [] == [], "\(made.errors)")
            }
            try Data("FROM demo\n".utf8).write(to: modelfile)
            let made = try EndToEndTests.apus(
                ["create", "mine", "--link", "-f", modelfile.path],
                models: models
            )
            #expect(made.status == 1 && made.errors.contains("names no file"), "\(made.errors)")
        }
    }

    @Test func quantizingLeavesNothingToLink() {
        #expect(throws: (any Error).self) {
            try Apus.command(for: ["create", "a", "--link", "-q", "Q8_0"])
        }
    }
}
