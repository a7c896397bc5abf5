internal import ApusClient
internal import ApusDialects
internal import ArgumentParser

/// `apus show`: everything about a model, or one part of it.
struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what is known of a model."
    )

    @Argument(help: "The model.")
    var model: String

    @Flag(help: "Show the license.")
    var license = false

    @Flag(help: "Show the Modelfile.")
    var modelfile = false

    @Flag(help: "Show the parameters.")
    var parameters = false

    @Flag(help: "Show the template.")
    var template = false

    @Flag(help: "Show the system message.")
    var system = false

    @Flag(name: .shortAndLong, help: "Show all metadata and tensors, too.")
    var verbose = false

    func run() async throws {
        let parts = [license, modelfile, parameters, template, system]
        guard parts.filter(\.self).count < 2 else {
            throw CommandFailure(
                "only one of '--license', '--modelfile', '--parameters', '--system', or "
                    + "'--template' can be specified"
            )
        }
        let command = self
        try await Session.with { session in
            let request = OllamaShow.Request(model: command.model, verbose: command.verbose)
            let response = try await session.client.show(request)
            if parts.contains(true) {
                try Console.output.writeLine(command.part(of: response))
            } else {
                let report = ModelReport(response, isVerbose: command.verbose)
                try Console.output.write(report.text)
            }
        }
    }

    private func part(of response: OllamaShow.Response) -> String {
        if license { return response.license ?? "" }
        if modelfile { return response.modelfile ?? "" }
        if parameters { return response.parameters ?? "" }
        return (template ? response.template : response.system) ?? ""
    }
}
