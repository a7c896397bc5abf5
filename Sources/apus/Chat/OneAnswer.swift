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
        let (client, request) = (session.client, request(prompt))
        let console = Console.output
        let appearance = settings.appearance(on: console)
        let printer = try await ProgressDisplay.during("") { spinner in
            let printer = AnswerPrinter(appearance, on: console, spinner: spinner)
            for try await frame in try await client.generate(request) {
                try printer.show(
                    thinking: frame.thinking,
                    content: frame.response,
                    metrics: frame.done ? frame.metrics : nil
                )
            }
            if !prompt.isEmpty { try printer.finish() }
            return printer
        }
        if settings.isVerbose, let metrics = printer.metrics {
            try Console.errors.write(Timings.text(metrics))
        }
    }

    private func request(_ prompt: String) -> OllamaGenerate.Request {
        var request = OllamaGenerate.Request(model: settings.model, prompt: prompt)
        request.system = settings.system
        request.format = settings.format
        request.keepAlive = settings.keepAlive
        request.options = settings.options.isEmpty ? nil : settings.options
        request.think = settings.think
        return request
    }
}
