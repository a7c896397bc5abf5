internal import ApusTensors

/// The feed-forward half of a layer: dense, or routed to experts.
enum FeedForward: Sendable {
    case dense(GatedMLP)
    case routed(Experts)

    /// Dense when the file has no experts.
    ///
    /// `expertHidden` is the width inside an expert.
    init(
        _ binder: WeightBinder,
        _ config: DecoderConfig,
        layer: Int,
        expertHidden: Int
    ) throws {
        if config.experts == 0 {
            self = .dense(try GatedMLP(binder, config, layer: layer))
        } else {
            self = .routed(
                try Experts(
                    binder,
                    config,
                    layer: layer,
                    hidden: expertHidden,
                    routing: Routing(
                        experts: config.experts,
                        used: config.expertsUsed,
                        scale: config.expertScale
                    )
                )
            )
        }
    }

    /// [rows, width] to [rows, width].
    func callAsFunction(_ x: Tensor, _ step: Step) -> Tensor {
        switch self {
        case .dense(let block): block(x, step)
        case .routed(let block): block(x, step)
        }
    }
}
