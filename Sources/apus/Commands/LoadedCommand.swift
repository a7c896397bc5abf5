internal import ApusClient
internal import ApusDialects
internal import ApusStore
internal import ArgumentParser
internal import FoundationEssentials

/// `apus ps`: the models that are loaded.
struct LoadedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ps",
        abstract: "List loaded models."
    )

    @Argument(help: "Only models whose name begins with this.")
    var prefix: String?

    func run() async throws {
        let prefix = prefix ?? ""
        try await Session.with { session in
            let models = try await session.client.loadedModels()
                .filter { $0.name.hasPrefix(prefix) }
            try Console.output.write(Self.table(of: models, now: Date()).text)
        }
    }

    /// The listing.
    static func table(of models: [OllamaLoaded.Model], now: Date) -> Table {
        Table(
            headers: ["NAME", "ID", "SIZE", "PROCESSOR", "CONTEXT", "UNTIL"],
            rows: models.map { model in
                let end = Date(model.expiresAt)
                return [
                    model.name, String(model.digest.prefix(12)), HumanFormats.bytes(model.size),
                    processor(of: model), String(model.contextLength),
                    end < now ? "Stopping..." : HumanFormats.time(end, now: now),
                ]
            }
        )
    }

    /// Where the model computes: `100% CPU`, `100% GPU`, `25%/75% CPU/GPU`.
    static func processor(of model: OllamaLoaded.Model) -> String {
        let (all, accelerated) = (model.size, model.sizeVRAM)
        if accelerated == 0 { return "100% CPU" }
        if accelerated == all { return "100% GPU" }
        if accelerated > all || all <= 0 { return "Unknown" }
        let share = Int((Double(all - accelerated) / Double(all) * 100).rounded())
        return "\(share)%/\(100 - share)% CPU/GPU"
    }
}
