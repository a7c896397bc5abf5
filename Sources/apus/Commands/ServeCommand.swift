internal import ApusDialects
internal import ApusServer
internal import ApusStore
internal import ArgumentParser
internal import Logging

/// `apus serve`: answers clients until it is told to stop.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Start the server.",
        discussion: """
            Answers Ollama's, OpenAI's and Anthropic's API on one port. SIGINT and SIGTERM stop it:
            models are unloaded first.

            Environment variables, each also read with the prefix APUS_, which wins:

            \(Self.variables)
            """,
        aliases: ["start"]
    )

    /// The environment variables, in two columns that fit a terminal of 80.
    private static var variables: String {
        let width = (EnvironmentVariable.all.map(\.name.count).max() ?? 0) + 9
        return EnvironmentVariable.all.map { variable in
            let standard = variable.defaultText.isEmpty ? "" : " (default: \(variable.defaultText))"
            var rows = [""]
            for word in (variable.help + standard).split(separator: " ") {
                if rows[rows.count - 1].count + word.count > 76 - width { rows.append("") }
                rows[rows.count - 1] += (rows[rows.count - 1].isEmpty ? "" : " ") + word
            }
            let name = "  OLLAMA_" + variable.name
            let start = name + String(repeating: " ", count: max(1, width + 2 - name.count))
            let margin = String(repeating: " ", count: width + 2)
            return start + rows.joined(separator: "\n" + margin)
        }.joined(separator: "\n")
    }

    func run() async throws {
        let composition = try Composition(
            environment: CommandEnvironment.variables,
            home: CommandEnvironment.home
        )
        let logger = composition.logger
        for warning in composition.configuration.warnings { logger.warning("\(warning)") }
        let address = composition.configuration.address
        let application = buildApplication(
            composition.configuration,
            composition.services,
            logger: logger,
            onListening: { port in
                logger.notice(
                    "Listening on \(address.bracketedHost):\(port) (version \(Apus.version))"
                )
                if composition.configuration.prunesAtStart { await Self.tidy(composition) }
            }
        )
        try await runServer(application, composition.configuration, composition.services)
    }

    /// Removes files that no model uses; a store that cannot be tidied can still be served.
    private static func tidy(_ composition: Composition) async {
        let (store, logger) = (composition.services.library.store, composition.logger)
        do {
            let pruned = try await Blocking.run {
                try store.renameLegacyBlobs()
                return try store.prune()
            }
            if let reason = pruned.skipped {
                logger.warning("Unused files are kept: \(reason.path): \(reason.error)")
            } else if !pruned.files.isEmpty {
                let files = pruned.files.count
                logger.info("Removed \(files) unused files of \(pruned.freedBytes) bytes")
            }
        } catch let error as StoreError where error.code == .readOnly {
            logger.debug("The store is read-only")
        } catch {
            logger.warning("Unused files are kept: \(error)")
        }
    }
}
