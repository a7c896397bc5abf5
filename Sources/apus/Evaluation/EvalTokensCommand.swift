internal import ApusGGUF
internal import ApusInference
internal import ApusTokenizers
internal import ArgumentParser

/// `apus eval tokens`: the tokens of a text.
struct EvalTokensCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokens",
        abstract: "Print the token ids of the text on standard input.",
        discussion: "The ids stand on one line, separated by spaces."
    )

    @Argument(help: "A GGUF file.")
    var file: String

    @Flag(help: "Add the tokens that the vocabulary puts around every text.")
    var addBos = false

    @Flag(help: "Take the texts of special tokens for these tokens.")
    var special = false

    func run() async throws {
        let (file, addsSpecial, parsesSpecial) = (file, addBos, special)
        let tokens = try await Blocking.run {
            let file = try GGUFFile(path: file)
            let tokenizer = try Tokenizer(Vocabulary(file.metadata))
            let input = try InputBytes.ofStandardInput()
            guard let text = String(validating: input, as: UTF8.self) else {
                throw CommandFailure("Standard input is not UTF-8")
            }
            return tokenizer.encode(text, addSpecial: addsSpecial, parseSpecial: parsesSpecial)
        }
        try Console.output.writeLine(tokens.map(String.init).joined(separator: " "))
    }
}
