/// Says before every token which ones may come next: the place where grammars plug in.
///
/// One instance follows one sequence. Both calls are made once a token, so an implementation may
/// live in another module.
package protocol TokenMask: Sendable {
    /// Adds every token that may come next to `allowed`, which is empty and has the vocabulary's
    /// capacity. Leaving it empty makes the sampler throw `noCandidate`.
    mutating func fill(_ allowed: inout TokenBitset)
    /// Moves past a generated token; tokens of the prompt are not reported.
    mutating func accept(_ token: Int32)
}
