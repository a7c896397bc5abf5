internal import ArgumentParser

/// `apus completion`: a script that completes this program's arguments in a shell.
struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Print a completion script for a shell.",
        discussion: """
              bash  source <(apus completion bash)
              zsh   apus completion zsh > "${fpath[1]}/_apus"
              fish  apus completion fish > ~/.config/fish/completions/apus.fish
            """
    )

    /// A shell that scripts can be made for.
    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish
    }

    @Argument(help: "The shell: bash, zsh or fish.")
    var shell: Shell

    func run() throws {
        let shell: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        try Console.output.writeLine(Apus.completionScript(for: shell))
    }
}
