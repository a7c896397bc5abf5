internal import ApusClient
internal import ArgumentParser

/// `apus rm`: removes models, stopping at the first that cannot be removed.
struct RemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Remove models."
    )

    @Argument(help: "The models.")
    var models: [String]

    func run() async throws {
        let models = models
        try await Session.with { session in
            for model in models {
                do {
                    try await session.client.unload(model)
                } catch let error as ClientError where error.code == .refused(status: 404) {
                    // Removing says so, in better words.
                } catch is ClientError {
                    try Console.errors.writeLine("Warning: unable to stop model '\(model)'")
                }
                try await session.client.delete(model)
                try Console.output.writeLine("deleted '\(model)'")
            }
        }
    }
}
