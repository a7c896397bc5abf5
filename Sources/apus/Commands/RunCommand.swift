internal import ApusClient
internal import ApusConversation
internal import ApusDialects
internal import ApusRegistry
internal import ApusStore
internal import ArgumentParser

/// `apus run`: one answer, or a conversation when there is no prompt and a terminal.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Ask a model.",
        discussion: """
            Without a prompt and on a terminal an interactive session begins. What is piped in \
            stands before the prompt. A model that is not there is pulled first; the URL of a \
            GGUF file is looked at each time, and pulled where it is new. No server needs to run: \
            without one, the model is run by this process.
            """
    )

    @Argument(help: "The model: a name, or the URL of a GGUF file.")
    var model: String

    @Argument(help: "The prompt.")
    var prompt: [String] = []

    @Option(
        help: ArgumentHelp(
            "How long the model stays loaded, e.g. 5m, 24h, -1m for ever.",
            valueName: "duration"
        )
    )
    var keepalive: String?

    @Flag(help: "Show counts and times of the answer.")
    var verbose = false

    @Flag(help: "Do not break rows between words.")
    var nowordwrap = false

    @Option(
        help: ArgumentHelp(
            "Format of the answer: json, a JSON Schema, or a file with one.",
            valueName: "format"
        )
    )
    var format: String?

    @Option(
        help: ArgumentHelp(
            "A JSON file with the tools that the model may call, as in the API.",
            valueName: "file"
        )
    )
    var tools: String?

    @Option(
        help: ArgumentHelp(
            "Reason before the answer: true (also when no value is given), false, high, medium, "
                + "low or max, as in --think=high.",
            valueName: "effort"
        )
    )
    var think: String?

    @Flag(help: "Pull a missing model from a registry without TLS or a trusted certificate.")
    var insecure = false

    @Flag(help: "Do not show the reasoning.")
    var hidethinking = false

    @Option(help: ArgumentHelp("Replaces the model's system message.", valueName: "text"))
    var system: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "A model option, e.g. temperature=0; can be repeated.",
            valueName: "name=value"
        )
    )
    var option: [String] = []

    @Flag(
        inversion: .prefixedNo,
        help: "For embedding models: whether a text that is too long is cut."
    )
    var truncate = true

    @Option(
        help: ArgumentHelp(
            "For embedding models: how many of a vector's numbers to print.",
            valueName: "count"
        )
    )
    var dimensions: Int?

    func run() async throws {
        let settings = try settings()
        let isInteractive =
            prompt.isEmpty && Terminal.isTerminal(0) && Console.output.isTerminal
        let text = isInteractive ? "" : try await PromptInput.text(of: prompt)
        let command = self
        try await Session.with { session in
            if try await command.embeds(session, text) { return }
            guard isInteractive else {
                try await OneAnswer(session: session, settings: settings).run(text)
                return
            }
            guard let keyboard = Keyboard(editor: LineEditor(isComplete: ChatInput.isComplete))
            else { throw CommandFailure("The terminal cannot be used for an interactive session") }
            defer { keyboard.release() }
            var chat = ChatSession(session: session, keyboard: keyboard, settings: settings)
            try await chat.run()
        }
    }

    /// What the flags ask for.
    ///
    /// Throws: `DialectError`, `JSONError`, `StoreError`, `CommandFailure`.
    private func settings() throws -> ChatSettings {
        var settings = ChatSettings(model: try name())
        settings.system = system
        settings.isVerbose = verbose
        settings.wraps = !nowordwrap
        settings.hidesThinking = hidethinking
        settings.options = try ModelOption.object(option)
        settings.think = try think.map(Self.effort)
        if let keepalive {
            settings.keepAlive = OllamaKeepAlive(nanoseconds: try GoDuration.parse(keepalive))
        }
        settings.format = try format.map(FormatOption.format)
        settings.tools = try tools.map(FormatOption.tools)
        return settings
    }

    /// The name of the model; the file at a URL has it once it is pulled.
    private func name() throws -> String { try ModelURL(model)?.name.shortest ?? model }

    private static func effort(_ text: String) throws -> OllamaThink {
        do {
            return try OllamaThink(text: text)
        } catch {
            throw CommandFailure(
                "invalid value for --think: \"\(text)\" "
                    + "(must be true, false, high, medium, low, or max)"
            )
        }
    }

    /// What the server knows of the model, once it has it.
    private func description(_ session: Session) async throws -> OllamaShow.Response {
        let request = OllamaShow.Request(model: try name())
        // A model with the name that a URL gives may be another one.
        if try ModelURL(model) != nil { try await pull(session) }
        do {
            return try await session.client.show(request)
        } catch let error as ClientError where error.code == .refused(status: 404) {
            try await pull(session)
            return try await session.client.show(request)
        }
    }

    private func pull(_ session: Session) async throws {
        do {
            let request = OllamaTransfer(model: model, insecure: insecure)
            try await ModelTransfer.pull(request, session)
        } catch let error as ClientError {
            throw CommandFailure("model '\(try name())' is not here, and \(error.message)")
        }
    }

    /// Prints the vector of the text when the model is one for that; false for all others.
    private func embeds(_ session: Session, _ text: String) async throws -> Bool {
        let description = try await description(session)
        let capabilities = description.capabilities ?? []
        guard capabilities.contains("embedding"), !capabilities.contains("completion") else {
            return false
        }
        let name = try name()
        guard !text.isEmpty else {
            throw CommandFailure(
                "embedding models require input text. "
                    + "Usage: apus run \(name) \"your text here\""
            )
        }
        var request = OllamaEmbed.Request(model: name, inputs: [text])
        request.truncate = truncate
        request.dimensions = dimensions
        let vectors = try await session.client.embed(request).embeddings
        let numbers = try JSONValueEncoder().encode(vectors.first ?? [])
        try Console.output.writeLine(numbers.jsonText())
        return true
    }
}
