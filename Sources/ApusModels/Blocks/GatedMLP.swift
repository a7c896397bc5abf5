internal import ApusTensors

/// Dense gated feed-forward block (Shazeer 2020): `down(silu(gate(x)) * up(x))`.
struct GatedMLP: Sendable {
    let gate: Linear
    let up: Linear
    let down: Linear

    /// Binds `blk.LAYER.ffn_{gate,up,down}`.
    init(_ binder: WeightBinder, _ config: DecoderConfig, layer: Int) throws {
        let name = "blk.\(layer).ffn"
        func linear(_ part: String, from inputs: Int, to outputs: Int) throws -> Linear {
            try Linear(
                binder,
                "\(name)_\(part)",
                inputs: inputs,
                outputs: outputs,
                scalesBias: true
            )
        }
        gate = try linear("gate", from: config.width, to: config.feedForward)
        up = try linear("up", from: config.width, to: config.feedForward)
        down = try linear("down", from: config.feedForward, to: config.width)
    }

    /// [rows, width] to [rows, width].
    func callAsFunction(_ x: Tensor, _ step: Step) -> Tensor {
        let hidden = step.backend.matmul(x, [gate.weight, up.weight])
        gate.finish(hidden.columns(0, count: gate.weight.rows), of: x, step)
        up.finish(hidden.columns(gate.weight.rows, count: up.weight.rows), of: x, step)
        return down(step.backend.gate(hidden, activation: .silu), step)
    }
}
