internal import ArgumentParser

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// `apus`: the command line.
@main
struct Apus: AsyncParsableCommand {
    /// The version of this program.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "apus",
        abstract: "Run open-weight language models on this machine.",
        discussion: """
            Try it with nothing set up:

              apus run demo "What is the weather like in Paris?"
            """,
        subcommands: [
            ServeCommand.self, RunCommand.self, ListCommand.self, ShowCommand.self,
            CreateCommand.self, PullCommand.self, PushCommand.self, CopyCommand.self,
            RemoveCommand.self, LoadedCommand.self,
            StopCommand.self, PruneCommand.self, VerifyCommand.self, DiskUsageCommand.self,
            TemplateCommand.self, EvalCommand.self, CompletionCommand.self,
            RunnerCommand.self, ConverterCommand.self,
        ]
    )

    // `-v` is made of `--version` below: as a name here it would be taken from the subcommands.
    @Flag(help: "Show the version (also -v).")
    var version = false

    mutating func run() async throws {
        guard version else {
            try Console.output.writeLine(Self.helpMessage())
            return
        }
        try Console.output.writeLine("apus version is \(Self.version)")
    }

    /// Runs the command that the arguments name and ends the process with its status.
    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        let arguments = Array(CommandLine.arguments.dropFirst())
        let status = await CommandOutcome.of {
            var command = try command(for: arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        }
        leave(status)
    }

    /// The command that the arguments name, with its flags.
    static func command(for arguments: [String]) throws -> any ParsableCommand {
        try parseAsRoot(normalized(arguments))
    }

    /// Flags that may be given a truth value, as Go's flags may.
    private static let flags: Set<String> = [
        "verbose", "nowordwrap", "hidethinking", "truncate", "license", "modelfile", "parameters",
        "template", "system", "version", "insecure", "dry-run", "link",
    ]

    /// Arguments in the spelling of Ollama's command line in the spelling of this one's.
    ///
    /// `--think` without a value means `true`; `--verbose=true` is `--verbose`, and
    /// `--verbose=false` is nothing.
    static func normalized(_ arguments: [String]) -> [String] {
        if arguments.first == "-v" { return ["--version"] + arguments.dropFirst() }
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        let isRun = arguments.first == "run"
        return arguments[..<end].flatMap { argument -> [String] in
            if argument == "--think" { return ["--think=true"] }
            let parts = argument.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, argument.hasPrefix("--") else { return [argument] }
            let name = String(parts[0].dropFirst(2))
            // For `run`, the system message is no flag.
            guard flags.contains(name), !(isRun && name == "system") else { return [argument] }
            switch parts[1] {
            case "true": return ["--\(name)"]
            case "false": return name == "truncate" ? ["--no-truncate"] : []
            default: return [argument]
            }
        } + arguments[end...]
    }
}

/// `exit(3)`, under a name that the command's own method does not hide.
private func leave(_ status: Int32) -> Never { exit(status) }
