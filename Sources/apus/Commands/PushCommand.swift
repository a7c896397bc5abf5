internal import ApusClient
internal import ArgumentParser

/// `apus push`: uploads a model.
struct PushCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Upload a model to a registry.",
        discussion: """
            The name says where to: give the model one with 'apus cp' first, such as \
            localhost:5000/team/model:v1. Ollama's registry knows users by the key \
            ~/.ollama/id_ed25519, which is made when it is first needed.
            """
    )

    @Argument(help: "The model.")
    var model: String

    @OptionGroup var login: RegistryLogin

    func run() async throws {
        let request = try await login.request(for: model)
        try await Session.with { try await ModelTransfer.push(request, $0) }
    }
}
