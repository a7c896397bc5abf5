internal import ApusConversation
internal import ApusDialects

/// What an interactive session can change about how it asks and how answers are shown.
struct ChatSettings: Sendable {
    /// The model.
    var model: String
    /// The model that a saved session is made from.
    var parent: String?
    /// Replaces the model's system message.
    var system: String?
    /// Options that differ from the model's.
    var options: JSONObject = [:]
    /// The format that answers must have.
    var format: JSONValue?
    /// Functions that the model may call.
    var tools: [OllamaTool]?
    /// Whether, or how hard, the model reasons; nil for its own default.
    var think: OllamaThink?
    /// How long the model stays loaded.
    var keepAlive: OllamaKeepAlive?
    /// Whether counts and times are shown.
    var isVerbose = false
    /// Whether rows are broken between words.
    var wraps = true
    /// Whether reasoning is not shown.
    var hidesThinking = false

    init(model: String) { self.model = model }

    /// How answers are shown on `console`.
    func appearance(on console: Console) -> AnswerText.Appearance {
        AnswerText.Appearance(
            isColoured: console.isColoured,
            width: wraps && console.isStyled ? console.width : nil,
            hidesThinking: hidesThinking
        )
    }
}
