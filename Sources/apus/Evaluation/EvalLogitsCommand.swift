internal import ArgumentParser

/// `apus eval logits`: what a model makes of tokens.
struct EvalLogitsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logits",
        abstract: "Write the logits after each of some tokens.",
        discussion: """
            The output is float32, little-endian, [tokens, vocabulary]. No tokenizer is needed.
            """
    )

    /// How many tokens the model is given at a time.
    enum StepSize: String, ExpressibleByArgument, CaseIterable {
        /// All, as a prompt is read.
        case all
        /// One, as an answer is written.
        case one
    }

    @Argument(help: "A GGUF file.")
    var file: String

    @Option(help: ArgumentHelp("Token ids, separated by commas.", valueName: "ids"))
    var tokens: String

    @Option(
        help: ArgumentHelp(
            "A GGUF file of low-rank updates (LoRA) to the model; may be repeated.",
            valueName: "file"
        )
    )
    var adapter: [String] = []

    @Option(help: "The file to write.")
    var out: String

    @Option(help: "How many tokens the model is given at a time.")
    var step = StepSize.all

    @Option(help: "Threads to compute with (default: one a core).")
    var threads: Int?

    func run() async throws {
        let ids = try Self.ids(tokens)
        let (file, adapters, out, threads) = (file, adapter, out, threads)
        let stepSize = step == .one ? 1 : LogitsRun.maximumStep
        try await Blocking.run {
            let run = try LogitsRun(path: file, adapters: adapters, threads: threads)
            try run.write(ids, stepSize: stepSize, to: out)
        }
    }

    /// The ids of a list.
    static func ids(_ text: String) throws -> [Int32] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            guard let id = Int32(part.trimmingWhitespace()), id >= 0 else {
                throw CommandFailure("'\(part)' is no token id")
            }
            return id
        }
    }
}
