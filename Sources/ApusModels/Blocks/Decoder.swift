internal import ApusTensors

/// The common decoder: tokens to vectors, a stack of layers, a norm, and logits.
struct Decoder: LanguageModel {
    let vocabulary: VocabularyLayer  // token_embd, output
    let layers: [DecoderLayer]  // blk.N.*
    let outputNorm: RMSNorm  // output_norm
    let shape: ModelShape

    /// Binds a whole decoder.
    ///
    /// - `normsHeads`: whether every query and key head has a norm.
    /// - `expertHidden`: floats between the matrices of an expert.
    init(
        _ binder: WeightBinder,
        _ config: DecoderConfig,
        rotary: Rotary,
        normsHeads: Bool = false,
        expertHidden: Int = 0
    ) throws {
        vocabulary = try VocabularyLayer(binder, width: config.width)
        layers = try (0..<config.layers).map {
            try DecoderLayer(
                binder,
                config,
                layer: $0,
                rotary: rotary,
                normsHeads: normsHeads,
                expertHidden: expertHidden
            )
        }
        outputNorm = try RMSNorm(
            binder,
            "output_norm",
            count: config.width,
            epsilon: config.epsilon
        )
        shape = config.shape(vocabulary: vocabulary.count)
    }

    func hidden(_ step: Step) -> Tensor {
        let x = vocabulary.embed(step)  // [rows, width]
        for layer in layers {
            step.accumulate(into: x) { layer.attention(layer.attentionNorm(x, step), step) }
            step.accumulate(into: x) { layer.feedForward(layer.feedForwardNorm(x, step), step) }
        }
        return outputNorm(step.outputs(of: x), step)  // [outputs, width]
    }

    func logits(_ hidden: Tensor, _ step: Step) -> Tensor { vocabulary.logits(hidden, step) }
}
