internal import ApusClient
internal import ArgumentParser

/// `apus cp`: gives a model a second name.
struct CopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cp",
        abstract: "Copy a model."
    )

    @Argument(help: "The model.")
    var source: String

    @Argument(help: "The name of the copy.")
    var destination: String

    func run() async throws {
        let (source, destination) = (source, destination)
        try await Session.with { session in
            try await session.client.copy(source, to: destination)
            try Console.output.writeLine("copied '\(source)' to '\(destination)'")
        }
    }
}
