internal import ApusSampling

/// All that restricts the tokens of one answer: a grammar, a budget for reasoning, or both.
struct OutputMask: TokenMask {
    /// Follows the answer's grammar; nil when everything is allowed.
    var matcher: GrammarMatcher?
    /// Limits the reasoning; nil for no limit.
    var budget: ThinkingBudget?

    mutating func fill(_ allowed: inout TokenBitset) -> TokenMaskCoverage {
        if let token = budget?.forcedToken {
            allowed.insert(token)
            return .some
        }
        return matcher?.fill(&allowed) ?? .everything
    }

    mutating func accept(_ token: Int32) {
        budget?.accept(token)
        matcher?.accept(token)
    }
}
