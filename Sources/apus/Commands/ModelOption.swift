internal import ApusConversation
internal import ApusStore

/// Model options as they are written on the command line: `temperature=0`, `stop=END`.
enum ModelOption {
    /// The options as a request holds them; `stop` may be given several times.
    ///
    /// Throws: `StoreError` `invalidParameter`; `CommandFailure` without `=`.
    static func object(_ texts: [String]) throws -> JSONObject {
        var recipe: [String: ParameterValue] = [:]
        var object: JSONObject = [:]
        for text in texts {
            guard let separator = text.firstIndex(of: "=") else {
                throw CommandFailure("--option needs a name and a value: '\(text)' has no '='")
            }
            let name = String(text[..<separator])
            var value = try ParameterTable.value(
                of: name,
                text: String(text[text.index(after: separator)...])
            )
            if case .strings(let new) = value, case .strings(let earlier) = recipe[name] {
                value = .strings(earlier + new)
            }
            recipe[name] = value
            object[name] = value.json
        }
        return object
    }
}
