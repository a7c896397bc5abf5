internal import ApusClient
internal import ApusDialects
internal import ApusStore
internal import ArgumentParser
internal import FoundationEssentials

/// `apus list`: the models of the store.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List models.",
        aliases: ["ls"]
    )

    @Argument(help: "Only models whose name begins with this.")
    var prefix: String?

    func run() async throws {
        let prefix = (prefix ?? "").lowercased()
        try await Session.with { session in
            let models = try await session.client.models()
                .filter { $0.name.lowercased().hasPrefix(prefix) }
            try Console.output.write(Self.table(of: models, now: Date()).text)
        }
    }

    /// The listing.
    static func table(of models: [OllamaTags.Model], now: Date) -> Table {
        Table(
            headers: ["NAME", "ID", "SIZE", "MODIFIED"],
            rows: models.map { model in
                let isRemote = model.remoteModel.map { !$0.isEmpty } ?? false
                return [
                    model.name, String(model.digest.prefix(12)),
                    isRemote ? "-" : HumanFormats.bytes(model.size),
                    HumanFormats.time(Date(model.modifiedAt), now: now),
                ]
            }
        )
    }
}

extension Date {
    /// The moment as a date.
    init(_ time: WireTime) {
        self.init(
            timeIntervalSince1970: Double(time.seconds) + Double(time.nanoseconds) / 1e9
        )
    }
}
