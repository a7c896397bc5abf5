internal import ApusStore
internal import ArgumentParser

/// `apus verify`: reads the files of models again and compares them with their digests.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read the files of models again and compare them with their digests.",
        discussion: """
            Names files that are damaged or missing and the models that they belong to; the exit \
            status is 1 then. Removing all of these models and pulling them again mends it.

            \(LocalStore.note)
            """
    )

    @Argument(help: "The models (default: every file of the store).")
    var models: [String] = []

    func run() async throws {
        ExitSignals.install()
        let names = try models.map { try ModelName($0) }
        let result = try await ProgressDisplay.during("reading the model store") { display in
            try await Blocking.run {
                try LocalStore.open().verify(names) { completed, total in
                    display.report(
                        "verifying",
                        digest: "verify",
                        completed: completed,
                        total: total
                    )
                }
            }
        }
        try Console.output.write(Self.text(of: result))
        guard result.isSound else {
            throw CommandFailure("the model store is damaged")
        }
    }

    /// A line for each fault, and how much was read.
    static func text(of result: ModelStore.Verification) -> String {
        var lines: [String] = []
        for fault in result.faults {
            let models = fault.models.map(\.shortest).joined(separator: ", ")
            lines.append("\(models.isEmpty ? "no model" : models): \(fault.error)")
        }
        for problem in result.problems {
            lines.append("\(UpkeepText.path(problem.path)): \(problem.error)")
        }
        let files = UpkeepText.files(result.blobs)
        lines.append(
            result.isSound ? "\(files) verified" : "\(files) read, \(result.faults.count) damaged"
        )
        return lines.joined(separator: "\n") + "\n"
    }
}
