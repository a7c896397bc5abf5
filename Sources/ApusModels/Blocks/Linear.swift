internal import ApusTensors

/// `x W^T * scale + bias`; scale and bias only where the file has them, and what adapters add.
///
/// In dense feed-forward blocks llama.cpp, which defines what files with both mean, scales the
/// biased product instead: `(x W^T + bias) * scale`.
struct Linear: Sendable {
    let weight: Weight
    let bias: Parameter?
    /// Factor for the whole matrix, as formats with one outer scale have.
    let scale: Float?
    private let scalesBias: Bool
    /// What adapters add to the matrix.
    private let updates: [LowRankUpdate]

    /// Binds `name.weight`, `name.bias`, `name.scale`: [outputs, inputs], [outputs], [1].
    init(
        _ binder: WeightBinder,
        _ name: String,
        inputs: Int,
        outputs: Int,
        scalesBias: Bool = false
    ) throws {
        weight = try binder.matrix("\(name).weight", rows: outputs, columns: inputs)
        bias = try binder.optionalParameter("\(name).bias", count: outputs)
        scale = try binder.optionalParameter("\(name).scale", count: 1)?.values.first
        self.scalesBias = scalesBias
        updates = try binder.updates("\(name).weight")
        // Scales of quantized activations: of no use here, since activations are packed by value.
        binder.ignore("\(name).input_scale")
    }

    /// [rows, inputs] to [rows, outputs].
    func callAsFunction(_ x: Tensor, _ step: Step) -> Tensor {
        let y = step.backend.matmul(x, [weight])
        finish(y, of: x, step)
        return y
    }

    /// Scales, biases and updates a product of `x` that was computed along with others.
    func finish(_ y: Tensor, of x: Tensor, _ step: Step) {
        if let scale, !scalesBias { step.backend.scale(y, by: scale) }
        if let bias { step.backend.add(bias, to: y) }
        if let scale, scalesBias { step.backend.scale(y, by: scale) }
        for update in updates { step.add(update, of: x, to: y) }
    }
}
