package import ApusConversation

/// The log-probability of a sampled token on the wire.
package struct OllamaLogProbability: Sendable, Equatable, Codable {
    /// A token that could have been sampled.
    package struct Candidate: Sendable, Equatable, Codable {
        /// The token's text; bytes that are no UTF-8 on their own show as U+FFFD.
        package var token: String
        /// Natural logarithm of the probability.
        package var logprob: Float
        /// The token's bytes.
        package var bytes: [UInt8]
    }

    /// The token's text.
    package var token: String
    /// Natural logarithm of the probability.
    package var logprob: Float
    /// The token's bytes.
    package var bytes: [UInt8]
    /// The likeliest tokens, when the request asks for them.
    package var topLogprobs: [Candidate]?

    private enum CodingKeys: String, CodingKey {
        case token, logprob, bytes
        case topLogprobs = "top_logprobs"
    }

    /// What a model reported.
    package init(_ probability: TokenLogProbability) {
        let chosen = Candidate(probability.chosen)
        token = chosen.token
        logprob = chosen.logprob
        bytes = chosen.bytes
        let alternatives = probability.alternatives.map { Candidate($0) }
        topLogprobs = alternatives.isEmpty ? nil : alternatives
    }
}

extension OllamaLogProbability.Candidate {
    fileprivate init(_ candidate: TokenLogProbability.Candidate) {
        token = String(decoding: candidate.bytes, as: UTF8.self)
        // JSON has no infinity: what cannot be sampled shows as the least finite number.
        let number = candidate.logProbability
        logprob = number.isFinite ? number : -Float.greatestFiniteMagnitude
        bytes = candidate.bytes
    }
}
