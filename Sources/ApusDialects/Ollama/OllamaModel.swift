package import ApusConversation

/// What must be known of a model to turn requests for it into work.
package struct OllamaModel: Sendable, Equatable {
    /// The name as the client wrote it.
    package var name: String
    /// The name with all its parts: `registry.ollama.ai/library/llama3:latest`.
    package var fullName: String
    /// The architecture: `qwen3`.
    package var family: String
    /// What it can do: `completion`, `embedding`, `tools`, `thinking`.
    package var capabilities: [String]
    /// Its system message.
    package var system: String?
    /// Messages that begin every conversation with it.
    package var messages: [Message]
    /// Its options, those of a Modelfile's `PARAMETER` lines.
    package var options: JSONObject

    /// A model without system message, messages or options unless they are given.
    package init(
        name: String,
        fullName: String,
        family: String = "",
        capabilities: [String],
        system: String? = nil,
        messages: [Message] = [],
        options: JSONObject = [:]
    ) {
        self.name = name
        self.fullName = fullName
        self.family = family
        self.capabilities = capabilities
        self.system = system
        self.messages = messages
        self.options = options
    }

    /// The model's options under those of a request.
    ///
    /// Throws: `invalidOption`.
    package func options(with request: JSONObject?) throws(DialectError) -> OllamaOptions {
        var result = OllamaOptions()
        try result.apply(options)
        if let request { try result.apply(request) }
        return result
    }

    /// Refuses what the model cannot do.
    ///
    /// Throws: `missingCapability` with Ollama's words.
    func require(_ needed: [String]) throws(DialectError) {
        let missing = needed.filter { !capabilities.contains($0) }
        guard !missing.isEmpty else { return }
        let lines = missing.map { "\(fullName) does not support \($0)" }
        throw DialectError(.missingCapability, lines.joined(separator: "\n"))
    }

    /// Refuses to complete with a model that only makes vectors; `task` is `generate` or `chat`.
    func requireCompletion(for task: String) throws(DialectError) {
        guard capabilities.contains("completion") else {
            throw DialectError(.missingCapability, "\"\(name)\" does not support \(task)")
        }
    }

    /// The reasoning that a `think` field asks of this model; models that can, do unless told not to.
    ///
    /// Throws: `missingCapability` when a model that cannot is asked to.
    func thinking(_ think: OllamaThink?) throws(DialectError) -> Thinking? {
        if capabilities.contains("thinking") { return think?.thinking ?? .on }
        guard think?.thinking.isOn == true else { return nil }
        throw DialectError(.missingCapability, "\"\(name)\" does not support thinking")
    }
}
