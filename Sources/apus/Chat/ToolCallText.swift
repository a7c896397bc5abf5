internal import ApusConversation
internal import ApusDialects

/// How a call of a tool is shown: `get_weather(city: "Paris", days: 3)`.
enum ToolCallText {
    /// One line for one call.
    static func line(_ call: OllamaToolCall) -> String {
        let arguments = call.function.arguments.map { "\($0.key): \($0.value.jsonText())" }
        return "\(call.function.name)(\(arguments.joined(separator: ", ")))"
    }
}
