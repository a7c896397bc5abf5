internal import ApusClient
internal import ApusDialects
internal import ArgumentParser

/// `apus pull`: downloads a model.
struct PullCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Download a model from a registry or a URL.",
        discussion: """
            The name says where from: llama3.2 is at Ollama's registry, hf.co/USER/REPOSITORY:Q4_K_M \
            at Hugging Face, localhost:5000/team/model:v1 at any registry of containers. The URL of \
            a GGUF file (https://HOST/PATH/FILE.gguf) is downloaded as it is, with all parts of a \
            split one. It becomes hf.co/USER/REPOSITORY:QUANTIZATION from Hugging Face, FILE from \
            elsewhere, unless --as says what, and takes no name from a model of another place. What \
            an earlier attempt downloaded is not downloaded again. HTTPS_PROXY, HTTP_PROXY and \
            NO_PROXY are read by the server.
            """
    )

    @Argument(
        help: ArgumentHelp("The model: a name, or the URL of a GGUF file.", valueName: "model")
    )
    var model: String

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp("What the model is to be called here.", valueName: "name")
    )
    var name: String?

    @OptionGroup var login: RegistryLogin

    func run() async throws {
        var request = try await login.request(for: model)
        request.as = name
        let asked = request
        try await Session.with { try await ModelTransfer.pull(asked, $0) }
    }
}
