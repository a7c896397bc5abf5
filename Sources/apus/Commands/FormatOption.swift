internal import ApusConversation
internal import ApusDialects

/// Values of options that are JSON, or the path of a file with JSON.
enum FormatOption {
    /// The format of answers: `json`, a JSON Schema as text, or a file with one.
    ///
    /// Throws: `CommandFailure`, `JSONError`.
    static func format(_ text: String) throws -> JSONValue {
        if text == "json" { return "json" }
        if text.first(where: { !$0.isWhitespace }) == "{" { return try JSONValue(json: text) }
        return try file(text, what: "format")
    }

    /// The tools in a file: an array as in the API's `tools`.
    ///
    /// Throws: `CommandFailure`, `JSONError`.
    static func tools(_ path: String) throws -> [OllamaTool] {
        do {
            return try JSONValueDecoder().decode([OllamaTool].self, from: file(path, what: "tools"))
        } catch is DecodingError {
            throw CommandFailure(
                "\(path) has no tools: expected an array of "
                    + #"{"type": "function", "function": {"name": ..., "parameters": {...}}}"#
            )
        }
    }

    private static func file(_ path: String, what: String) throws -> JSONValue {
        guard let bytes = try InputBytes.ofFile(path) else {
            throw CommandFailure("invalid value for --\(what): there is no file \(path)")
        }
        return try JSONParser.parse(bytes)
    }
}
