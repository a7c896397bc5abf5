/// One setting that the environment can make.
///
/// Every variable is read as `APUS_<name>` and, failing that, as `OLLAMA_<name>`.
package struct EnvironmentVariable: Sendable, Equatable {
    /// What values are accepted.
    package enum Kind: String, Sendable {
        case text
        case list
        case truth
        case count
        case bytes
        case duration
        case level
    }

    /// The name without its prefix: `KEEP_ALIVE`.
    package let name: String
    /// What values are accepted.
    package let kind: Kind
    /// What an unset variable means, for people.
    package let defaultText: String
    /// What it does, for `--help`.
    package let help: String

    /// All settings, in the order in which help shows them.
    package static let all: [EnvironmentVariable] = [
        EnvironmentVariable(
            name: "HOST",
            kind: .text,
            defaultText: "127.0.0.1:11434",
            help: "Address to listen on, or to connect to"
        ),
        EnvironmentVariable(
            name: "ORIGINS",
            kind: .list,
            defaultText: "",
            help: "Web origins that may call the server, besides local ones"
        ),
        EnvironmentVariable(
            name: "ALLOWED_HOSTS",
            kind: .list,
            defaultText: "",
            help: "Names by which the server may be addressed, besides local ones; * for any"
        ),
        EnvironmentVariable(
            name: "MODELS",
            kind: .text,
            defaultText: "~/.ollama/models",
            help: "Folder of the models"
        ),
        EnvironmentVariable(
            name: "KEEP_ALIVE",
            kind: .duration,
            defaultText: "5m",
            help: "How long models stay loaded after their last request; negative for ever"
        ),
        EnvironmentVariable(
            name: "LOAD_TIMEOUT",
            kind: .duration,
            defaultText: "5m",
            help: "How long loading may stand still before it is given up; 0 for ever"
        ),
        EnvironmentVariable(
            name: "CONTEXT_LENGTH",
            kind: .count,
            defaultText: "0",
            help: "Context length in tokens where nothing else says one; 0 for automatic"
        ),
        EnvironmentVariable(
            name: "NUM_PARALLEL",
            kind: .count,
            defaultText: "1",
            help: "Requests each model works on at a time"
        ),
        EnvironmentVariable(
            name: "MAX_LOADED_MODELS",
            kind: .count,
            defaultText: "0",
            help: "Models loaded at a time; 0 for three an accelerator"
        ),
        EnvironmentVariable(
            name: "MAX_QUEUE",
            kind: .count,
            defaultText: "512",
            help: "Requests that may wait"
        ),
        EnvironmentVariable(
            name: "MAX_BODY",
            kind: .bytes,
            defaultText: "64 MiB",
            help: "Largest request body in bytes; K, M, G, T for powers of 1024"
        ),
        EnvironmentVariable(
            name: "MAX_BLOB",
            kind: .bytes,
            defaultText: "1 TiB",
            help: "Largest uploaded file in bytes; K, M, G, T for powers of 1024"
        ),
        EnvironmentVariable(
            name: "COMPRESSION",
            kind: .truth,
            defaultText: "false",
            help: "Compress whole answers for clients that accept gzip; never streams"
        ),
        EnvironmentVariable(
            name: "CA_FILE",
            kind: .text,
            defaultText: "",
            help: "PEM file of certificate authorities that registries may have, too"
        ),
        EnvironmentVariable(
            name: "PRIVATE_REGISTRIES",
            kind: .list,
            defaultText: "",
            help: "Registries at private addresses that other machines may name; * for any"
        ),
        EnvironmentVariable(
            name: "NOPRUNE",
            kind: .truth,
            defaultText: "false",
            help: "Keep files that no model uses when the server starts"
        ),
        EnvironmentVariable(
            name: "NOHISTORY",
            kind: .truth,
            defaultText: "false",
            help: "Keep no history of interactive sessions"
        ),
        EnvironmentVariable(
            name: "KEEP_VOLATILE",
            kind: .truth,
            defaultText: "false",
            help: "Leave times, ids and headers in system messages where they are"
        ),
        EnvironmentVariable(
            name: "NOREPLAY",
            kind: .truth,
            defaultText: "false",
            help: "Tokenize answers that come back anew, not as they were sampled"
        ),
        EnvironmentVariable(
            name: "ANTHROPIC_DONE",
            kind: .truth,
            defaultText: "false",
            help: "End streams of Anthropic's API with a line data: [DONE]"
        ),
        EnvironmentVariable(
            name: "DEBUG",
            kind: .level,
            defaultText: "false",
            help: "Log more: true, or 2 for everything; never texts of messages"
        ),
        EnvironmentVariable(
            name: "DEBUG_LOG_REQUESTS",
            kind: .truth,
            defaultText: "false",
            help: "Keep requests, texts included, as files in a new temporary folder"
        ),
    ]

    /// What `--help` shows: two lines a variable, none longer than 80 columns.
    package static var helpText: String {
        all.map { variable in
            let standard = variable.defaultText.isEmpty ? "" : " (\(variable.defaultText))"
            return "  OLLAMA_\(variable.name)\(standard)\n      \(variable.help)"
        }.joined(separator: "\n")
    }
}
