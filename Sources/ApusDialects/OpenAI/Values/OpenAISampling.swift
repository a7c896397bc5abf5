package import ApusConversation

/// What chat and text requests say about how tokens are chosen.
///
/// Beside OpenAI's own fields: `top_k`, `min_p`, `typical_p`, `repeat_penalty` (or
/// `repetition_penalty`), and Ollama's `options`.
package struct OpenAISampling: Sendable, Equatable {
    /// 0 to 2.
    package var temperature: Float?
    /// 0 to 1.
    package var topP: Float?
    /// -2 to 2.
    package var presencePenalty: Float?
    /// -2 to 2.
    package var frequencyPenalty: Float?
    /// Seed of the first choice; those after it count up from it.
    package var seed: Int?
    /// Up to four texts that end the generation; the model's own stay in force.
    package var stop: [String]
    /// Added to the logits of tokens; -100 forbids one.
    package var logitBias: [Int32: Float]
    /// As `SamplingOptions.topK`.
    package var topK: Int?
    /// As `SamplingOptions.minP`.
    package var minP: Float?
    /// As `SamplingOptions.typicalP`.
    package var typicalP: Float?
    /// As `SamplingOptions.repeatPenalty`.
    package var repeatPenalty: Float?
    /// Ollama's options, under the fields above.
    package var options: JSONObject?

    /// The names of the fields.
    static let names: Set<String> = [
        "temperature", "top_p", "presence_penalty", "frequency_penalty", "seed", "stop",
        "logit_bias", "top_k", "min_p", "typical_p", "repeat_penalty", "repetition_penalty",
        "options",
    ]
    /// OpenAI's bound on entries of `logit_bias`.
    private static let maximumBiases = 1024

    init(_ fields: OpenAIFields) throws(OpenAIError) {
        temperature = try fields.decimal("temperature", in: 0...2)
        topP = try fields.decimal("top_p", in: 0...1)
        presencePenalty = try fields.decimal("presence_penalty", in: -2...2)
        frequencyPenalty = try fields.decimal("frequency_penalty", in: -2...2)
        seed = try fields.integer("seed")
        stop = try Self.stop(fields)
        logitBias = try Self.logitBias(fields)
        topK = try fields.integer("top_k")
        minP = try fields.decimal("min_p", in: 0...1)
        typicalP = try fields.decimal("typical_p", in: 0...1)
        let penalty = try fields.decimal("repetition_penalty", in: 0...1000)
        repeatPenalty = try fields.decimal("repeat_penalty", in: 0...1000) ?? penalty
        options = try fields.fields("options")?.object
    }

    /// A generation by the model's options under the request's, for choice `choice` of several.
    ///
    /// Throws: `invalidRequest` for options of the wrong type.
    func generation(
        of prompt: GenerationRequest.Prompt,
        for model: OllamaModel,
        choice: Int
    ) throws(OpenAIError) -> GenerationRequest {
        var request = GenerationRequest(prompt: prompt)
        do {
            try model.options(with: options).apply(to: &request)
        } catch {
            throw OpenAIError(error, param: "options")
        }
        lay(over: &request.sampling)
        if let seed { request.sampling.seed = UInt64(bitPattern: Int64(seed)) }
        request.sampling.seed = request.sampling.seed.map { $0 &+ UInt64(max(0, choice)) }
        request.stop += stop.filter { !request.stop.contains($0) }
        request.overflow = .refuse
        request.shiftsContext = false
        return request
    }

    private func lay(over sampling: inout SamplingOptions) {
        sampling.temperature = temperature ?? sampling.temperature
        sampling.topP = topP ?? sampling.topP
        sampling.presencePenalty = presencePenalty ?? sampling.presencePenalty
        sampling.frequencyPenalty = frequencyPenalty ?? sampling.frequencyPenalty
        sampling.topK = topK ?? sampling.topK
        sampling.minP = minP ?? sampling.minP
        sampling.typicalP = typicalP ?? sampling.typicalP
        sampling.repeatPenalty = repeatPenalty ?? sampling.repeatPenalty
        sampling.logitBias = logitBias
    }

    private static func stop(_ fields: OpenAIFields) throws(OpenAIError) -> [String] {
        if case .string(let text) = fields["stop"] { return text.isEmpty ? [] : [text] }
        let texts = try fields.strings("stop", maximum: 4) ?? []
        return texts.filter { !$0.isEmpty }
    }

    /// A map from tokens, written as decimal numbers, to biases of -100 to 100.
    private static func logitBias(
        _ fields: OpenAIFields
    ) throws(OpenAIError) -> [Int32: Float] {
        guard let biases = try fields.fields("logit_bias") else { return [:] }
        let count = biases.object.count
        guard count <= maximumBiases else {
            throw .value(
                "logit_bias",
                "Invalid 'logit_bias': too many properties. Expected an object with at most "
                    + "\(maximumBiases) properties, but got an object with \(count) properties "
                    + "instead.",
                code: "object_above_max_properties"
            )
        }
        var result: [Int32: Float] = [:]
        for key in biases.object.keys {
            guard let token = Int32(key), token >= 0 else {
                throw .value(
                    "logit_bias",
                    "Invalid key in 'logit_bias': '\(key.prefix(64))'. Keys are token ids."
                )
            }
            guard let bias = try biases.decimal(key, in: -100...100) else { continue }
            result[token] = bias == -100 ? SamplingOptions.forbidden : bias
        }
        return result
    }
}
