import Foundation
import Testing

/// The real program with the bundled model: nothing running, an empty home, no terminal.
///
/// Serialized, since each case starts a runner of its own.
@Suite(.serialized, .timeLimit(.minutes(2))) struct EndToEndTests {
    struct Outcome {
        var status: Int32
        var output: String
        var errors: String
    }

    /// Runs `apus`, which the build puts beside the test program; `models` is the folder of its
    /// store.
    static func apus(
        _ arguments: [String],
        input: String = "",
        models: String? = nil
    ) throws -> Outcome {
        let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "apus")
        let home = FileManager.default.temporaryDirectory
            .appending(path: "apus-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: home) }
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.environment = [
            "HOME": home.path, "PATH": "/usr/bin:/bin", "OLLAMA_HOST": "127.0.0.1:9",
            // Nothing is fetched from anywhere.
            "HTTPS_PROXY": "http://127.0.0.1:9",
        ]
        if let models { process.environment?["OLLAMA_MODELS"] = models }
        let (standardInput, output, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = standardInput
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        standardInput.fileHandleForWriting.write(Data(input.utf8))
        try standardInput.fileHandleForWriting.close()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let errorText = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus,
            output: String(decoding: text, as: UTF8.self),
            errors: String(decoding: errorText, as: UTF8.self)
        )
    }

    @Test func demoAnswersWithoutAServer() throws {
        let outcome = try Self.apus(["run", "demo", "Hello!", "--think=false"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("Hello"), "\(outcome.output)")
    }

    @Test func promptComesFromStandardInput() throws {
        let outcome = try Self.apus(["run", "demo", "--think=false"], input: "Hello!\n")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("Hello"), "\(outcome.output)")
    }

    @Test func unknownModelIsNamedAndFails() throws {
        let outcome = try Self.apus(["run", "no-such-model", "Hello!"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("no-such-model"), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }

    @Test func brokenFileIsRefusedBeforeItIsAModel() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "apus-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("GGUF garbage".utf8).write(to: folder.appending(path: "bad.gguf"))
        let recipe = folder.appending(path: "Modelfile")
        try Data("FROM ./bad.gguf\n".utf8).write(to: recipe)
        let outcome = try Self.apus(["create", "bad", "-f", recipe.path])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("Error"), "\(outcome.errors)")
    }
}
