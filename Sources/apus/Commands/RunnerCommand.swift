internal import ArgumentParser

/// `apus runner`: what the server starts for each loaded model; not for people.
struct RunnerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runner",
        abstract: "Run one model for a server.",
        shouldDisplay: false
    )

    func run() async throws { await RunnerMain.run() }
}
