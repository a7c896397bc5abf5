internal import ApusClient
internal import ApusDialects

/// One prompt and its answer, for the command line and for scripts.
struct OneAnswer {
    let session: Session
    let settings: ChatSettings

    /// Shows the answer on standard output; counts and times go to standard error.
    ///
    /// Without a prompt the model is only loaded.
    func run(_ prompt: String) async throws {
        let (client, settings) = (session.client, settings)
        let console = Console.output
        let appearance = settings.appearance(on: console)
        let printer = try await ProgressDisplay.during("") { spinner in
            let printer = AnswerPrinter(appearance, on: console, spinner: spinner)
            if settings.tools == nil {
                for try await frame in try await client.generate(generateRequest(prompt)) {
                    try printer.show(
                        thinking: frame.thinking,
                        content: frame.response,
                        metrics: frame.done ? frame.metrics : nil
                    )
                }
            } else {
                for try await frame in try await client.chat(chatRequest(prompt)) {
                    try printer.show(
                        thinking: frame.message.thinking,
                        content: frame.message.content,
                        calls: frame.message.toolCalls ?? [],
                        metrics: frame.done ? frame.metrics : nil
                    )
                }
            }
            if !prompt.isEmpty { try printer.finish() }
            return printer
        }
        try printer.showFigures(verbose: settings.isVerbose)
    }

    private func generateRequest(_ prompt: String) -> OllamaGenerate.Request {
        var request = OllamaGenerate.Request(model: settings.model, prompt: prompt)
        request.system = settings.system
        request.format = settings.format
        request.keepAlive = settings.keepAlive
        request.options = settings.options.isEmpty ? nil : settings.options
        request.think = settings.think
        return request
    }

    /// Only chat requests carry tools.
    private func chatRequest(_ prompt: String) -> OllamaChat.Request {
        var messages = [OllamaMessage(role: "user", content: prompt)]
        if let system = settings.system, !system.isEmpty {
            messages.insert(OllamaMessage(role: "system", content: system), at: 0)
        }
        var request = OllamaChat.Request(
            model: settings.model,
            messages: prompt.isEmpty ? [] : messages
        )
        request.tools = settings.tools
        request.format = settings.format
        request.keepAlive = settings.keepAlive
        request.options = settings.options.isEmpty ? nil : settings.options
        request.think = settings.think
        return request
    }
}
