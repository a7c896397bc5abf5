internal import ApusStore
internal import ArgumentParser

/// `apus prune`: removes the files of the store that no model uses.
struct PruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove files of the model store that no model uses.",
        discussion: """
            Kept are files of less than an hour, which someone may be about to use, and unfinished \
            downloads of less than 7 days, which the next pull resumes. Nothing is removed while the \
            manifest of a model cannot be read, for it might need any file. The server does the same \
            when it starts.

            \(LocalStore.note)
            """
    )

    @Flag(help: "Only say what would be removed.")
    var dryRun = false

    func run() async throws {
        ExitSignals.install()
        let dryRun = dryRun
        let pruned = try await Blocking.run {
            try LocalStore.open().prune(isDryRun: dryRun)
        }
        if let problem = pruned.skipped {
            throw CommandFailure(
                "nothing was removed, for any file might belong to a model whose manifest cannot "
                    + "be read: \(UpkeepText.path(problem.path)): \(problem.error)"
            )
        }
        try Console.output.write(Self.text(of: pruned, isDryRun: dryRun))
    }

    /// A line for each file, and the sums.
    static func text(of pruned: ModelStore.Pruned, isDryRun: Bool) -> String {
        let table = Table(
            rows: pruned.files.map { file in
                [
                    isDryRun ? "would remove" : "removed", UpkeepText.path(file.path),
                    HumanFormats.bytes(file.freedBytes),
                ]
            }
        )
        let count = pruned.files.count
        let sum = HumanFormats.bytes(pruned.freedBytes)
        let verb = isDryRun ? "would free" : "freed"
        var lines = table.text
        lines +=
            count == 0
            ? "nothing to remove\n" : "\(verb) \(sum) in \(UpkeepText.files(count))\n"
        if pruned.spared > 0 {
            lines += "kept \(UpkeepText.files(pruned.spared)) for being young\n"
        }
        return lines
    }
}
