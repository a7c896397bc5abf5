/// The matrices of a layer's experts, stacked.
package struct ExpertWeights: Sendable {
    /// [experts, hidden, width].
    package let gate: Weight
    /// [experts, hidden, width].
    package let up: Weight
    /// [experts, width, hidden].
    package let down: Weight
    /// Factors on the results of `gate`, one an expert; empty for none.
    package let gateScales: [Float]
    /// Factors on the results of `up`.
    package let upScales: [Float]
    /// Factors on the results of `down`.
    package let downScales: [Float]
    /// What adapters add to `gate`, a stack as long as it.
    package let gateUpdates: [LowRankUpdate]
    /// What adapters add to `up`.
    package let upUpdates: [LowRankUpdate]
    /// What adapters add to `down`.
    package let downUpdates: [LowRankUpdate]
    /// Between `gate` and `up`.
    package let activation: Activation

    /// Stacks of equal experts.
    ///
    /// Precondition: the shapes fit each other.
    package init(
        gate: Weight,
        up: Weight,
        down: Weight,
        gateScales: [Float] = [],
        upScales: [Float] = [],
        downScales: [Float] = [],
        gateUpdates: [LowRankUpdate] = [],
        upUpdates: [LowRankUpdate] = [],
        downUpdates: [LowRankUpdate] = [],
        activation: Activation
    ) {
        precondition(
            gate.experts == up.experts && gate.experts == down.experts && gate.rows == up.rows
                && gate.rows == down.columns,
            "experts of unequal shapes"
        )
        self.gate = gate
        self.up = up
        self.down = down
        self.gateScales = gateScales
        self.upScales = upScales
        self.downScales = downScales
        self.gateUpdates = gateUpdates
        self.upUpdates = upUpdates
        self.downUpdates = downUpdates
        self.activation = activation
    }
}
