internal import ApusDialects
internal import ArgumentParser

/// Who to be at the registry, and how safely.
struct RegistryLogin: ParsableArguments {
    @Flag(help: "Allow plain HTTP, and certificates that nobody vouches for.")
    var insecure = false

    @Option(help: ArgumentHelp("The name for a registry with passwords.", valueName: "name"))
    var username: String?

    @Flag(help: "Read the password from standard input.")
    var passwordStdin = false

    /// The request for a model, with the password read.
    func request(for model: String) async throws -> OllamaTransfer {
        guard !passwordStdin || username != nil else {
            throw CommandFailure("--password-stdin needs --username")
        }
        guard username == nil || passwordStdin else {
            throw CommandFailure("--username needs --password-stdin")
        }
        let password = passwordStdin ? try await Blocking.run { readLine() ?? "" } : nil
        return OllamaTransfer(
            model: model,
            insecure: insecure,
            username: username,
            password: password
        )
    }
}
