/// Where the models of this user are kept.
package enum StoreLocation {
    /// The root of the store: `APUS_MODELS`, else `OLLAMA_MODELS`, else `~/.ollama/models`.
    ///
    /// Values are trimmed of white space and surrounding quotes; an empty one counts as unset. A
    /// leading `~/` stands for `home`.
    package static func root(environment: [String: String], home: String) -> String {
        for variable in ["APUS_MODELS", "OLLAMA_MODELS"] {
            let value = trimmed(environment[variable] ?? "")
            if value.hasPrefix("~/") { return joined(home, String(value.dropFirst(2))) }
            if !value.isEmpty { return value }
        }
        return joined(home, ".ollama/models")
    }

    private static func joined(_ folder: String, _ path: String) -> String {
        folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)"
    }

    private static func trimmed(_ text: String) -> String {
        var text = text[...]
        while let first = text.first, first.isWhitespace || first == "\"" || first == "'" {
            text.removeFirst()
        }
        while let last = text.last, last.isWhitespace || last == "\"" || last == "'" {
            text.removeLast()
        }
        return String(text)
    }
}
