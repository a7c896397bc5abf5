/// How one sequence chooses its tokens; defaults are those of Ollama.
///
/// The stages run in llama.cpp's order: mask, logit bias, penalties, top-k, typical, top-p, min-p,
/// temperature, draw.
package struct SamplerConfiguration: Sendable, Equatable {
    /// Divides the logits; 0 or less picks the likeliest token.
    package var temperature: Float = 0.8
    /// Keeps the `topK` likeliest tokens; 0 or less keeps all.
    package var topK: Int = 40
    /// Keeps the smallest set of tokens whose probabilities reach `topP`; 1 or more keeps all.
    package var topP: Float = 0.9
    /// Keeps tokens at least `minP` times as likely as the likeliest; 0 or less keeps all.
    package var minP: Float = 0
    /// Locally typical sampling (Meister and others, 2022); 1 or more turns it off.
    package var typicalP: Float = 1
    /// How many of the last tokens the penalties look at; 0 for none, negative for all.
    package var repeatLastN: Int = 64
    /// Divides (or multiplies, when negative) the logits of repeated tokens; 1 turns it off.
    package var repeatPenalty: Float = 1
    /// Subtracted once from the logit of every repeated token.
    package var presencePenalty: Float = 0
    /// Subtracted from the logit of a token for every repetition.
    package var frequencyPenalty: Float = 0
    /// Seed of the random choice; nil draws one from the system.
    package var seed: UInt64?
    /// Whether log-probabilities are reported.
    package var logProbabilities = false
    /// How many alternatives are reported with each token when `logProbabilities` is on.
    package var topLogProbabilities = 0
    /// Added to the logits of these tokens; minus infinity forbids one.
    ///
    /// Ids outside the vocabulary have no effect.
    package var logitBias: [Int32: Float] = [:]

    /// Ollama's defaults.
    package init() {}

    /// Whether the penalties can change any logit.
    var usesPenalties: Bool {
        repeatLastN != 0 && (repeatPenalty != 1 || presencePenalty != 0 || frequencyPenalty != 0)
    }

    /// Refuses values for which the formulas have no meaning.
    func validate() throws(SamplingError) {
        let finite: [(String, Float)] = [
            ("temperature", temperature), ("top_p", topP), ("min_p", minP),
            ("typical_p", typicalP), ("repeat_penalty", repeatPenalty),
            ("presence_penalty", presencePenalty), ("frequency_penalty", frequencyPenalty),
        ]
        for (name, value) in finite where !value.isFinite {
            throw SamplingError(
                .invalidOption,
                "Option '\(name)' is \(value), expected a finite number."
            )
        }
        if repeatPenalty <= 0 {
            throw SamplingError(
                .invalidOption,
                "Option 'repeat_penalty' is \(repeatPenalty), expected a number above 0."
            )
        }
        for (token, bias) in logitBias where bias.isNaN || bias == .infinity {
            throw SamplingError(
                .invalidOption,
                "The logit bias of token \(token) is \(bias), expected a number or -infinity."
            )
        }
    }
}
