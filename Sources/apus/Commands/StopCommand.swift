internal import ApusClient
internal import ArgumentParser

/// `apus stop`: unloads a model.
struct StopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Unload a model."
    )

    @Argument(help: "The model.")
    var model: String

    func run() async throws {
        let model = model
        try await Session.with { session in
            do {
                try await session.client.unload(model)
            } catch let error as ClientError where error.code == .refused(status: 404) {
                throw CommandFailure("couldn't find model \"\(model)\" to stop")
            }
        }
    }
}
