/// Says before every token which ones may come next: the place where grammars plug in.
///
/// One instance follows one sequence. Both calls are made once a token, so an implementation may
/// live in another module.
package protocol TokenMask: Sendable {
    /// Adds every token that may come next to `allowed`, which is empty and has the vocabulary's
    /// capacity. Leaving it empty makes the sampler throw `noCandidate`.
    ///
    /// When it returns `everything`, the set is not looked at.
    mutating func fill(_ allowed: inout TokenBitset) -> TokenMaskCoverage
    /// Moves past a generated token; tokens of the prompt are not reported.
    mutating func accept(_ token: Int32)
}

/// How much of the vocabulary a mask allows.
package enum TokenMaskCoverage: Sendable, Equatable {
    /// Every token that can occur in a text at all.
    case everything
    /// The tokens of the set.
    case some
}
