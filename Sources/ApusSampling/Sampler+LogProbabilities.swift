#if canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#elseif canImport(Darwin)
private import Darwin
#endif

extension Sampler {
    /// Adds the model's own log-probabilities to a chosen token, when asked for.
    mutating func report(_ token: Int32, raw logits: Span<Float>) -> SampledToken {
        guard configuration.logProbabilities else {
            return SampledToken(token: token, logProbability: nil, alternatives: [])
        }
        selection.selectLargest(max(configuration.topLogProbabilities, 1), of: logits)
        guard let maximum = selection.keys.first?.logit else {
            return SampledToken(token: token, logProbability: 0, alternatives: [])
        }
        let top = min(maximum, .greatestFiniteMagnitude)
        let offset = Double(top) + log(sumOfExponentials(logits, maximum: top))
        let alternatives = selection.keys.prefix(max(configuration.topLogProbabilities, 0)).map {
            SampledToken.Candidate(
                token: $0.token,
                logProbability: Float(Double(min($0.logit, top)) - offset)
            )
        }
        let chosen = min(logits[Int(token)], top)
        return SampledToken(
            token: token,
            logProbability: Float(Double(chosen) - offset),
            alternatives: alternatives
        )
    }
}
