internal import ApusClient
internal import ApusDialects
internal import ArgumentParser

/// `apus create`: makes a model from a Modelfile.
struct CreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a model from a Modelfile."
    )

    @Argument(help: "The name of the new model.")
    var model: String

    @Option(
        name: .shortAndLong,
        help:
            "The Modelfile, - for standard input (default: 'Modelfile' here, or the GGUF or safetensors files of this folder)."
    )
    var file: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Quantize a model of F32, F16 or BF16 weights to Q8_0, Q6_K, Q5_K_M, Q5_K_S, Q5_1, Q5_0, Q4_K_M, Q4_K_S, Q4_1, Q4_0, BF16, F16 or F32.",
            valueName: "type"
        )
    )
    var quantize: String?

    @Flag(
        help:
            "Use the GGUF files of the Modelfile where they lie, nothing is copied: as reflinks, else hard links, else (other file systems) symbolic links. Needs a server on this machine's model store. Files that are changed later damage the model; 'apus verify' tells."
    )
    var link = false

    func validate() throws {
        if link, quantize != nil {
            throw ValidationError("--quantize makes other weights: there is nothing to --link")
        }
    }

    func run() async throws {
        let (model, file, quantize, link) = (model, file, quantize, link)
        let plan = try await Blocking.run {
            try CreationPlan(
                modelfile: file,
                folder: CommandEnvironment.folder,
                home: CommandEnvironment.home,
                following: link
            )
        }
        for warning in plan.warnings { try Console.errors.writeLine("warning: \(warning)") }
        if link, plan.paths.isEmpty {
            throw CommandFailure("the Modelfile names no file that could be linked")
        }
        try await Session.with { session in
            try await ProgressDisplay.during("gathering model components", leavingTrace: true) {
                display in
                if link {
                    let files = LinkedFiles(store: try LocalStore.open(), client: session.client)
                    try await files.with(plan.paths, display) { digests in
                        let request = plan.request(for: model, digests: digests)
                        try await make(request, with: session.client, display)
                    }
                } else {
                    var request = try await upload(plan, as: model, to: session.client, display)
                    request.quantize = quantize
                    try await make(request, with: session.client, display)
                }
            }
        }
    }

    private func make(
        _ request: OllamaCreate,
        with client: ApusClient,
        _ display: ProgressDisplay
    ) async throws {
        for try await progress in try await client.create(request) {
            display.report(
                progress.status ?? "",
                digest: progress.digest,
                completed: progress.completed ?? 0,
                total: progress.total ?? 0
            )
        }
    }

    /// Sends the files that the server lacks; gives the request that makes the model of them.
    private func upload(
        _ plan: CreationPlan,
        as model: String,
        to client: ApusClient,
        _ display: ProgressDisplay
    ) async throws -> OllamaCreate {
        var digests: [String: String] = [:]
        for path in plan.paths {
            let digest = try await Blocking.run {
                try FileDigest.of(path) { completed, total in
                    display.report(
                        "reading \(path)",
                        digest: "read " + path,
                        completed: completed,
                        total: total
                    )
                }
            }
            let total = digest.size
            try await client.upload(fileAt: path, digest: digest.text) { completed in
                display.report(
                    "copying file \(digest.text)",
                    digest: digest.text,
                    completed: completed,
                    total: total
                )
            }
            digests[path] = digest.text
        }
        return plan.request(for: model, digests: digests)
    }
}
