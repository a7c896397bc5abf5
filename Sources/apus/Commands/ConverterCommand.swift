internal import ArgumentParser

/// `apus converter`: what the server starts to make weights; not for people.
struct ConverterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "converter",
        abstract: "Make the weights of one model for a server.",
        shouldDisplay: false
    )

    func run() { ConverterMain.run() }
}
