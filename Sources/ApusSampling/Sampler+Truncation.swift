#if canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#elseif canImport(Darwin)
private import Darwin
#endif

/// Top-k, typical, top-p and min-p, each over what the stage before it left.
///
/// With top-k on, the candidates are few and everything is done on a sorted list. With top-k off
/// a sorted list of the vocabulary is avoided: min-p only needs the maximum, and top-p only as
/// many of the largest logits as it keeps.
extension Sampler {
    /// Fills `selection` with the survivors and `weights` with exp((logit - maximum) / T).
    mutating func narrow(_ logits: Span<Float>) throws(SamplingError) {
        let options = configuration
        if options.topK > 0 {
            selection.selectLargest(options.topK, of: logits)
            if options.typicalP < 1 { keepTypical() }
            if options.topP < 1 { keepTop(total: sumOfWeights()) }
            if options.minP > 0 { keepLikely() }
        } else if options.typicalP < 1 {
            selection.selectAll(atLeast: -.infinity, of: logits)
            selection.sort()
            keepTypical()
            if options.topP < 1 { keepTop(total: sumOfWeights()) }
            if options.minP > 0 { keepLikely() }
        } else {
            narrowWholeVocabulary(logits)
        }
        guard !selection.keys.isEmpty else { throw noCandidate(logits.count) }
        weigh(temperature: Double(options.temperature))
    }

    /// Top-p and min-p straight from the logits.
    private mutating func narrowWholeVocabulary(_ logits: Span<Float>) {
        let options = configuration
        selection.selectLargest(1, of: logits)
        guard let best = selection.keys.first else { return }
        guard options.topP < 1 else {
            let floor = options.minP > 0 ? likelyFloor(best.logit) : -.infinity
            selection.selectAll(atLeast: floor, of: logits)
            return
        }
        let total = sumOfExponentials(logits, maximum: best.logit)
        var count = 256
        while true {
            selection.selectLargest(count, of: logits)
            if keepTop(total: total) || count >= logits.count { break }
            count *= 8
        }
        if options.minP > 0 { keepLikely() }
    }

    /// Cuts the list where the probabilities reach `topP`; false when they do not reach it.
    @discardableResult
    private mutating func keepTop(total: Double) -> Bool {
        guard let maximum = selection.keys.first?.logit else { return false }
        let target = Double(configuration.topP)
        var sum = 0.0
        for (position, key) in selection.keys.enumerated() {
            sum += exp(Double(key.logit) - Double(maximum)) / total
            if sum >= target {
                selection.truncate(to: position + 1)
                return true
            }
        }
        return false
    }

    private mutating func keepLikely() {
        guard let maximum = selection.keys.first?.logit else { return }
        let floor = likelyFloor(maximum)
        let cut = selection.keys.firstIndex { $0.logit < floor } ?? selection.keys.count
        selection.truncate(to: max(cut, 1))
    }

    /// The smallest logit that min-p keeps, never above the maximum's: maximum + ln(minP).
    private func likelyFloor(_ maximum: Float) -> Float {
        min(maximum, maximum + log(configuration.minP))
    }

    /// Keeps the tokens whose information is closest to the entropy until they reach `typicalP`.
    ///
    /// Source: Meister and others, "Locally typical sampling" (2022), section 4.
    private mutating func keepTypical() {
        guard let maximum = selection.keys.first?.logit else { return }
        let logTotal = log(sumOfWeights())
        var entropy = 0.0
        for key in selection.keys {
            let logProbability = Double(key.logit) - Double(maximum) - logTotal
            let probability = exp(logProbability)
            if probability > 0 { entropy -= probability * logProbability }
        }
        scores.removeAll(keepingCapacity: true)
        for (position, key) in selection.keys.enumerated() {
            let information = -(Double(key.logit) - Double(maximum) - logTotal)
            scores.append((abs(information - entropy), position))
        }
        scores.sort { ($0.score, $0.position) < ($1.score, $1.position) }
        var sum = 0.0
        var kept = scores.count
        for (rank, score) in scores.enumerated() {
            let logit = Double(selection.keys[score.position].logit)
            sum += exp(logit - Double(maximum) - logTotal)
            if sum > Double(configuration.typicalP) {
                kept = rank + 1
                break
            }
        }
        selection.keep(scores[..<kept].lazy.map(\.position), scratch: &scratch)
    }

    // MARK: - Weights

    private mutating func weigh(temperature: Double) {
        var maximum = -Float.infinity
        for key in selection.keys { maximum = max(maximum, key.logit) }
        weights.removeAll(keepingCapacity: true)
        for key in selection.keys {
            weights.append(exp((Double(key.logit) - Double(maximum)) / temperature))
        }
    }

    /// Sum of exp(logit - maximum) over the selection, which is sorted.
    private func sumOfWeights() -> Double {
        guard let maximum = selection.keys.first?.logit else { return 0 }
        var sum = 0.0
        for key in selection.keys { sum += exp(Double(key.logit) - Double(maximum)) }
        return sum
    }
}
