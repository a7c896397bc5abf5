internal import ApusTensors

/// Routed feed-forward block (Shazeer and others 2017).
///
/// A router sends each row to a few of many gated blocks and sums their results by weight.
struct Experts: Sendable {
    let routerWeight: Linear
    let router: TopKRouter
    let weights: ExpertWeights

    /// Binds `blk.LAYER.ffn_gate_inp` and the stacks `blk.LAYER.ffn_{gate,up,down}_exps`.
    ///
    /// - `hidden`: floats between the matrices of an expert.
    init(
        _ binder: WeightBinder,
        _ config: DecoderConfig,
        layer: Int,
        hidden: Int,
        routing: Routing
    ) throws {
        let name = "blk.\(layer).ffn"
        func stack(_ part: String, rows: Int, columns: Int) throws -> Weight {
            try binder.stack(
                "\(name)_\(part)_exps.weight",
                experts: config.experts,
                rows: rows,
                columns: columns
            )
        }
        func scales(_ part: String) throws -> [Float] {
            binder.ignore("\(name)_\(part)_exps.input_scale")
            return try binder.optionalParameter(
                "\(name)_\(part)_exps.scale",
                count: config.experts
            )?.values ?? []
        }
        routerWeight = try Linear(
            binder,
            "\(name)_gate_inp",
            inputs: config.width,
            outputs: config.experts
        )
        router = TopKRouter(routing)
        weights = ExpertWeights(
            gate: try stack("gate", rows: hidden, columns: config.width),
            up: try stack("up", rows: hidden, columns: config.width),
            down: try stack("down", rows: config.width, columns: hidden),
            gateScales: try scales("gate"),
            upScales: try scales("up"),
            downScales: try scales("down"),
            gateUpdates: try binder.updates("\(name)_gate_exps.weight"),
            upUpdates: try binder.updates("\(name)_up_exps.weight"),
            downUpdates: try binder.updates("\(name)_down_exps.weight"),
            activation: .silu
        )
    }

    /// [rows, width] to [rows, width].
    func callAsFunction(_ x: Tensor, _ step: Step) -> Tensor {
        step.backend.experts(
            x,
            logits: routerWeight(x, step),
            router: router,
            used: router.routing.used,
            weights: weights
        )
    }
}
