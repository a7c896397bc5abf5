/// The non-linear function of a gated feed-forward block, `activation(gate) * up`.
package enum Activation: Sendable {
    /// `x * sigmoid(x)` (Shazeer 2020, SwiGLU).
    case silu
    /// `x * Phi(x)`, tanh form (Shazeer 2020, GeGLU).
    case gelu
}
