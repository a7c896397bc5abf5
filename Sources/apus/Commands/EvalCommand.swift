internal import ArgumentParser

/// `apus eval`: the parts of a model on their own, for comparing them with others.
struct EvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Compute tokens or logits, to compare them with other programs.",
        subcommands: [EvalTokensCommand.self, EvalLogitsCommand.self]
    )
}
