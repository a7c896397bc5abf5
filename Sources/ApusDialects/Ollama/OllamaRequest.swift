package import ApusConversation

/// What generate and chat requests have in common.
package protocol OllamaRequest: Codable, Sendable {
    /// The model's name.
    var model: String? { get }
    /// Whether the answer comes in pieces; absent means yes.
    var stream: Bool? { get }
    /// How long the model stays loaded.
    var keepAlive: OllamaKeepAlive? { get }
    /// Model options.
    var options: JSONObject? { get }
    /// The format that the answer must have.
    var format: JSONValue? { get }
    /// How much the model reasons.
    var think: OllamaThink? { get }
    /// Whether a prompt that does not fit is cut.
    var truncate: Bool? { get }
    /// Whether a full context is shifted.
    var shift: Bool? { get }
    /// Whether log-probabilities are wanted.
    var logprobs: Bool? { get }
    /// How many alternatives are wanted with them.
    var topLogprobs: Int? { get }
    /// Whether the prompt is only rendered.
    var debugRenderOnly: Bool? { get }

    /// What is asked for.
    var intent: OllamaIntent { get }

    /// The same for the engine.
    ///
    /// Throws: `missingCapability`, `invalidOption`, `invalidFormat`, `invalidValue`, `unsupported`.
    func generation(for model: OllamaModel) throws(DialectError) -> GenerationRequest
}

/// What a generate or chat request asks for.
package enum OllamaIntent: Sendable {
    /// An answer.
    case generate
    /// Only that the model is loaded, or stays so.
    case load
    /// That the model goes away.
    case unload
}

extension OllamaRequest {
    /// Refuses values that are wrong whatever the model.
    ///
    /// Throws: `invalidValue` with Ollama's words.
    package func checkValues() throws(DialectError) {
        guard let topLogprobs, !(0...20).contains(topLogprobs) else { return }
        throw DialectError(.invalidValue, "top_logprobs must be between 0 and 20")
    }

    /// A request for the engine with everything but what its prompt decides.
    func generation(
        of prompt: GenerationRequest.Prompt,
        for model: OllamaModel
    ) throws(DialectError) -> GenerationRequest {
        var request = GenerationRequest(prompt: prompt)
        try model.options(with: options).apply(to: &request)
        request.format = try OutputFormat(ollama: format)
        request.sampling.logProbabilities = logprobs ?? false
        request.sampling.topLogProbabilities = topLogprobs ?? 0
        request.overflow = truncate ?? true ? .truncate : .refuse
        request.shiftsContext = shift ?? (model.family != "deepseek2")
        request.rendersOnly = debugRenderOnly ?? false
        return request
    }
}
