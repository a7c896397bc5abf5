/// How the next token is chosen from the logits.
///
/// Defaults are those of Ollama.
package struct SamplingOptions: Sendable, Equatable, Codable {
    /// Divides the logits; 0 picks the likeliest token.
    package var temperature: Float = 0.8
    /// Keeps the `topK` likeliest tokens; 0 or less keeps all.
    package var topK: Int = 40
    /// Keeps the smallest set of tokens whose probabilities reach `topP`; 1 keeps all.
    package var topP: Float = 0.9
    /// Keeps tokens at least `minP` times as likely as the likeliest; 0 keeps all.
    package var minP: Float = 0
    /// Locally typical sampling (Meister and others 2022).
    ///
    /// 1 turns it off.
    package var typicalP: Float = 1
    /// How many of the last tokens the penalties look at; 0 for none, negative for the context.
    package var repeatLastN: Int = 64
    /// Divides (or multiplies, when negative) the logits of repeated tokens; 1 turns it off.
    package var repeatPenalty: Float = 1
    /// Subtracted once from the logit of every repeated token.
    package var presencePenalty: Float = 0
    /// Subtracted from the logit of a token for every repetition.
    package var frequencyPenalty: Float = 0
    /// Seed of the random choice; nil draws one.
    package var seed: UInt64?
    /// Added to the logits of these tokens; `forbidden` forbids one.
    package var logitBias: [Int32: Float] = [:]
    /// Whether log-probabilities are reported.
    package var logProbabilities = false
    /// How many alternatives are reported with each token when `logProbabilities` is on.
    package var topLogProbabilities = 0

    /// The bias of a token that may not come; finite, since requests travel as JSON.
    package static let forbidden = -Float.greatestFiniteMagnitude

    /// Ollama's defaults.
    package init() {}
}
