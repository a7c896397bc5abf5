internal import ApusStore
internal import ArgumentParser

/// `apus du`: what the models take up on the disk.
struct DiskUsageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "du",
        abstract: "Show what the model store takes up on the disk.",
        discussion: """
            OWN is what removing the model would free, SHARED what other models use as well. Files \
            that are linked elsewhere free nothing; of reflinks that cannot be told, they count in \
            full.

            \(LocalStore.note)
            """
    )

    func run() async throws {
        ExitSignals.install()
        let usage = try await Blocking.run { try LocalStore.open().usage() }
        for problem in usage.problems {
            try Console.errors.writeLine(
                "warning: \(UpkeepText.path(problem.path)): \(problem.error)"
            )
        }
        try Console.output.write(Self.text(of: usage))
    }

    /// The models in a table, below it the sums; those that are zero are left out.
    static func text(of usage: StoreUsage) -> String {
        let models = Table(
            headers: ["NAME", "SIZE", "OWN", "SHARED"],
            rows: usage.models.map { model in
                let sizes = [model.sizeBytes, model.ownBytes, model.sharedBytes]
                let row = [model.name.shortest] + sizes.map(HumanFormats.bytes)
                let missing = model.missingBlobs
                return missing == 0 ? row : row + ["\(UpkeepText.files(missing)) missing"]
            }
        )
        let amounts: [(String, StoreUsage.Amount)] = [
            ("linked elsewhere", usage.linked), ("unreferenced", usage.unreferenced),
            ("partial downloads", usage.partial), ("leftovers", usage.leftovers),
            ("of unreadable manifests", usage.unreadable),
        ]
        let sums = [("models", usage.used)] + amounts.filter { $0.1.files > 0 }
        let table = Table(
            rows: sums.map { [$0.0, HumanFormats.bytes($0.1.bytes), UpkeepText.files($0.1.files)] }
        )
        return models.text + "\n" + table.text
    }
}
