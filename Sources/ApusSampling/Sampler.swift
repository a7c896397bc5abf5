/// Chooses the next token of one sequence from its logits.
///
/// The stages and their order are llama.cpp's: mask, logit bias, penalties, top-k, typical, top-p,
/// min-p, temperature, draw. A temperature of 0 picks the likeliest token that mask, bias and
/// penalties leave, whatever the other options say. Ties go to the smaller token id.
///
/// `sample` leaves the history alone; the owner reports the prompt with `acceptPrompt` and each
/// token that really joins the sequence with `accept`.
///
/// NaN counts as minus infinity and plus infinity as the largest finite number: damaged logits
/// give an odd token or `noCandidate`, never a trap.
package struct Sampler: Sendable {
    /// The options it was made with; the seed is the one in use, drawn if none was given.
    package let configuration: SamplerConfiguration

    private var random: RandomSource
    private var window: RepetitionWindow
    var mask: (any TokenMask)?
    /// What the mask allows.
    var allowed = TokenBitset(capacity: 0)
    /// The tokens that `adjusted` is about when the mask allows few; empty when it is about all.
    var tokens: [Int32] = []
    private let bias: [(token: Int32, value: Float)]

    /// Logits after mask, bias and penalties; its memory is used again for every token.
    var adjusted: [Float] = []
    /// What the truncating stages have left.
    var selection = CandidateSelection()
    /// Weights of the candidates, in their order; not normalised.
    var weights: [Double] = []
    var scores: [(score: Double, position: Int)] = []
    var scratch: [CandidateKey] = []

    /// A sampler with an empty history.
    ///
    /// - Parameters:
    ///   - configuration: the options, kept for the whole sequence.
    ///   - mask: restricts every token, for grammars; nil allows all.
    /// - Throws: `invalidOption` for NaN, infinite or meaningless options.
    package init(
        _ configuration: SamplerConfiguration,
        mask: (any TokenMask)? = nil
    ) throws(SamplingError) {
        try configuration.validate()
        var configuration = configuration
        let seed = configuration.seed ?? UInt64.random(in: .min ... .max)
        configuration.seed = seed
        self.configuration = configuration
        self.mask = mask
        random = RandomSource(seed: seed)
        window = RepetitionWindow(
            length: configuration.repeatLastN < 0 ? nil : configuration.repeatLastN
        )
        bias = configuration.logitBias.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Adds tokens of the prompt to what the penalties look at.
    package mutating func acceptPrompt(_ tokens: some Sequence<Int32>) {
        guard configuration.usesPenalties else { return }
        for token in tokens { window.append(token) }
    }

    /// Adds a generated token to the history and moves the mask past it.
    package mutating func accept(_ token: Int32) {
        mask?.accept(token)
        if configuration.usesPenalties { window.append(token) }
    }

    /// Chooses a token.
    ///
    /// - Parameter logits: one a token: [vocabulary]; not changed.
    /// - Returns: the token, with log-probabilities when the configuration asks for them.
    /// - Throws: `noCandidate` when no token is left to choose from.
    /// - Complexity: O(vocabulary). Allocates nothing once its buffers have grown, unless
    ///   alternatives are reported.
    package mutating func sample(_ logits: Span<Float>) throws(SamplingError) -> SampledToken {
        let token = try withAdjusted(logits) { (sampler, logits) throws(SamplingError) in
            if sampler.configuration.temperature <= 0 {
                return sampler.token(at: try sampler.likeliest(logits))
            }
            try sampler.narrow(logits)
            return sampler.token(at: sampler.draw())
        }
        return report(token, raw: logits)
    }

    /// The tokens that could be drawn next and their probabilities, best first.
    ///
    /// Draws nothing. Throws and costs as `sample` does, plus the returned array.
    package mutating func distribution(
        _ logits: Span<Float>
    ) throws(SamplingError) -> [(token: Int32, probability: Double)] {
        try withAdjusted(logits) { (sampler, logits) throws(SamplingError) in
            if sampler.configuration.temperature <= 0 {
                return [(sampler.token(at: try sampler.likeliest(logits)), 1)]
            }
            try sampler.narrow(logits)
            let total = sampler.weights.reduce(0, +)
            return zip(sampler.selection.keys, sampler.weights).filter { $0.1 > 0 }
                .sorted { $0.0 > $1.0 }
                .map { (sampler.token(at: $0.0.token), $0.1 / total) }
        }
    }

    // MARK: - Logits

    /// Runs `body` on the logits with mask, bias and penalties applied, without a copy if none is.
    private mutating func withAdjusted<Result>(
        _ logits: Span<Float>,
        _ body: (inout Sampler, Span<Float>) throws(SamplingError) -> Result
    ) throws(SamplingError) -> Result {
        let penalises = configuration.usesPenalties && !window.counts.isEmpty
        let isMasked = fillMask(logits.count)
        tokens.removeAll(keepingCapacity: true)
        guard isMasked || !bias.isEmpty || penalises else { return try body(&self, logits) }
        if isMasked { try copyAllowed(logits) } else { copy(logits) }
        for (token, value) in bias {
            if let place = place(of: token) { adjusted[place] += value }
        }
        if penalises { applyPenalties() }
        // Lent out for the call, so that the body may use the rest of the sampler.
        var work: [Float] = []
        swap(&work, &adjusted)
        defer { swap(&work, &adjusted) }
        return try body(&self, work.span)
    }

    mutating func copy(_ logits: Span<Float>) {
        if adjusted.count != logits.count {
            adjusted = Array(repeating: 0, count: logits.count)
        }
        logits.withUnsafeBufferPointer { source in
            adjusted.withUnsafeMutableBufferPointer { _ = $0.update(fromContentsOf: source) }
        }
    }

    /// Lowers the logits of tokens in the window.
    ///
    /// Source: Keskar and others, "CTRL" (2019), section 4.1, with llama.cpp's sign rule.
    private mutating func applyPenalties() {
        for (token, count) in window.counts {
            guard let place = place(of: token) else { continue }
            var logit = adjusted[place]
            if logit <= 0 {
                logit *= configuration.repeatPenalty
            } else {
                logit /= configuration.repeatPenalty
            }
            logit -= Float(count) * configuration.frequencyPenalty + configuration.presencePenalty
            adjusted[place] = logit
        }
    }

    // MARK: - Choice

    private mutating func likeliest(_ logits: Span<Float>) throws(SamplingError) -> Int32 {
        selection.selectLargest(1, of: logits)
        guard let best = selection.keys.first else { throw noCandidate(logits.count) }
        return best.token
    }

    /// Draws from `weights`; rounding at the end of the sum falls to the last candidate.
    private mutating func draw() -> Int32 {
        var total = 0.0
        for weight in weights { total += weight }
        let target = random.nextUnit() * total
        var sum = 0.0
        var chosen = 0
        for (position, weight) in weights.enumerated() where weight > 0 {
            sum += weight
            chosen = position
            if sum > target { break }
        }
        return selection.keys[chosen].token
    }

    func noCandidate(_ count: Int) -> SamplingError {
        SamplingError(
            .noCandidate,
            "None of the \(count) tokens can be chosen: every one is masked, or its logit "
                + "is NaN or -infinity."
        )
    }
}
