internal import ApusClient
internal import ArgumentParser

/// `apus pull`: downloads a model.
struct PullCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Download a model from a registry.",
        discussion: """
            The name says where from: llama3.2 is at Ollama's registry, hf.co/USER/REPOSITORY:Q4_K_M \
            at Hugging Face, localhost:5000/team/model:v1 at any registry of containers. What an \
            earlier attempt downloaded is not downloaded again. HTTPS_PROXY, HTTP_PROXY and NO_PROXY \
            are read by the server.
            """
    )

    @Argument(help: "The model.")
    var model: String

    @OptionGroup var login: RegistryLogin

    func run() async throws {
        let request = try await login.request(for: model)
        try await Session.with { try await ModelTransfer.pull(request, $0) }
    }
}
