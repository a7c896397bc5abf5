/// A chosen token, with log-probabilities when the configuration asks for them.
///
/// Log-probabilities are natural logarithms of the model's own distribution: the raw logits at
/// temperature 1, before mask, bias and penalties.
package struct SampledToken: Sendable, Equatable {
    /// One token and how likely the model found it.
    package struct Candidate: Sendable, Equatable {
        /// The token.
        package let token: Int32
        /// Natural logarithm of its probability; minus infinity for a logit of minus infinity.
        package let logProbability: Float

        /// A token and its log-probability.
        package init(token: Int32, logProbability: Float) {
            self.token = token
            self.logProbability = logProbability
        }
    }

    /// The chosen token.
    package let token: Int32
    /// Its log-probability; nil unless asked for.
    package let logProbability: Float?
    /// The likeliest tokens, best first, ties by index; empty unless asked for.
    package let alternatives: [Candidate]
}
