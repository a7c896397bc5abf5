/// How a router's logits become experts and weights.
///
/// One struct covers every routed family; what varies is data.
package struct Routing: Sendable, Equatable {
    /// How logits become scores.
    package enum Gating: Sendable {
        /// Softmax over all experts (Mixtral, Qwen).
        case softmax
        /// Softmax over the chosen experts only (gpt-oss).
        case softmaxOfChosen
        /// Each expert by itself (DeepSeek-V3).
        case sigmoid
    }

    /// Experts in a layer.
    package var experts: Int
    /// Experts a token is sent to.
    package var used: Int
    /// How logits become scores.
    package var gating: Gating
    /// Whether the weights of the chosen experts are divided by their sum.
    package var normalizesWeights: Bool
    /// Factor on the weights.
    package var scale: Float

    /// A rule; `used` experts out of `experts`.
    package init(
        experts: Int,
        used: Int,
        gating: Gating = .softmax,
        normalizesWeights: Bool = true,
        scale: Float = 1
    ) {
        self.experts = experts
        self.used = used
        self.gating = gating
        self.normalizesWeights = normalizesWeights
        self.scale = scale
    }
}

/// Chooses experts for a token.
///
/// Another selection algorithm is another type.
package protocol ExpertRouter: Sendable {
    /// Picks experts from the router's logits.
    ///
    /// - Parameters:
    ///   - logits: [experts], may be overwritten.
    ///   - experts: [used], receives the chosen experts.
    ///   - weights: [used], receives their weights.
    func route(
        _ logits: UnsafeMutableBufferPointer<Float>,
        experts: UnsafeMutableBufferPointer<Int32>,
        weights: UnsafeMutableBufferPointer<Float>
    )
}
