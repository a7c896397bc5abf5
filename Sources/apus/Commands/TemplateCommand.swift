internal import ApusChat
internal import ApusClient
internal import ApusConversation
internal import ApusDialects
internal import ArgumentParser

/// `apus template`: what templates make of a conversation.
struct TemplateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template",
        abstract: "Look at what a model gets to read.",
        subcommands: [TemplateRenderCommand.self]
    )
}

/// `apus template render`: the text that a template gives for variables.
struct TemplateRenderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Print the prompt that a template makes of a conversation.",
        discussion: """
            The input is a JSON object of the template's variables, as transformers names them: \
            messages, tools, add_generation_prompt, enable_thinking, documents and any other. The \
            prompt is printed as the model gets it, without a line end behind it.

              apus template render --model demo --input conversation.json
            """
    )

    @Option(help: "The model whose template is rendered.")
    var model: String?

    @Option(help: "A template's file: Jinja, or Go's language (.gotmpl).")
    var file: String?

    @Option(help: "The JSON file with the variables, - for standard input.")
    var input: String

    @Option(help: "Another of the model's templates, such as tool_use.")
    var name: String?

    @Option(help: "The time the template sees: YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS.")
    var date: String?

    func validate() throws {
        guard (model == nil) != (file == nil) else {
            throw ValidationError("Either '--model' or '--file' is needed.")
        }
        guard name == nil || model != nil else {
            throw ValidationError("'--name' goes with '--model'.")
        }
    }

    func run() async throws {
        let (path, input) = (file, input)
        let date = try date.map { try ChatDate(text: $0) } ?? .nowLocal
        let variables = try await Blocking.run { try Self.variables(at: input) }
        if let path {
            let text = try await Blocking.run { try TemplateText(file: path) }
            try Console.output.write(text.rendered(variables, date: date))
        } else if let model {
            let name = name
            try await Session.with { session in
                let response = try await session.client.show(.init(model: model, verbose: true))
                let text = try TemplateText(
                    response,
                    name: name,
                    hasTools: variables["tools"]?.arrayValue?.isEmpty == false
                )
                try Console.output.write(text.rendered(variables, date: date))
            }
        }
    }

    /// The object in a JSON file, or on standard input.
    private static func variables(at path: String) throws -> JSONObject {
        let source = path == "-" ? "standard input" : path
        guard
            let bytes = path == "-" ? try InputBytes.ofStandardInput() : try InputBytes.ofFile(path)
        else { throw CommandFailure("\(source) was not found") }
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONParser.parse(bytes)
        } catch {
            throw CommandFailure("\(source) is not JSON: \(error)")
        }
        guard let object = value.objectValue else {
            throw CommandFailure("\(source) holds no JSON object")
        }
        return object
    }
}
