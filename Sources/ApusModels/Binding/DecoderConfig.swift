package import ApusGGUF
package import ApusTensors

/// The sizes and constants of a Llama-shaped decoder, read from metadata once.
///
/// Every default is resolved here and contradictions are refused, so nothing later looks at
/// metadata. Keys stand under the architecture's name: `llama.block_count`. A zero in the file
/// means "not set" for the values that are optional.
package struct DecoderConfig: Sendable {
    /// Number of layers.
    package let layers: Int
    /// Floats of a hidden state.
    package let width: Int
    /// Query heads.
    package let heads: Int
    /// Heads of keys and values.
    package let keyValueHeads: Int
    /// Floats of a query or key.
    package let keySize: Int
    /// Floats of a value.
    package let valueSize: Int
    /// Floats between the matrices of a dense feed-forward block.
    package let feedForward: Int
    /// Positions the model was trained for.
    package let context: Int
    /// Added to the mean square in norms.
    package let epsilon: Float
    /// Rows see at most this many positions; nil for all.
    package let window: Int?
    /// Factor on attention scores.
    package let attentionScale: Float
    /// Leading numbers of a head that are turned by position.
    package let rotaryDimensions: Int
    /// Wavelength base of the rotation.
    package let rotaryBase: Float
    /// How the rotation reaches past the trained context.
    package let rotaryScaling: Rotary.Scaling
    /// Experts in a layer; 0 for a dense model.
    package let experts: Int
    /// Experts a token is sent to.
    package let expertsUsed: Int
    /// Floats between the matrices of an expert.
    package let expertFeedForward: Int
    /// Factor on the weights of the chosen experts.
    package let expertScale: Float
    /// How token states become a text's embedding; nil when the file does not say.
    package let pooling: Pooling?

    /// Reads the metadata of `file` under `architecture`.
    ///
    /// - Throws: `GGUFError` for missing or mistyped keys, `ModelError` `badMetadata` or
    ///   `unsupportedVariant`.
    package init(_ file: GGUFFile, architecture: String) throws {
        let values = ConfigReader(metadata: file.metadata, prefix: architecture)
        layers = try values.count("block_count", 1...1_024)
        width = try values.count("embedding_length", 1...1 << 20)
        context = try values.count("context_length", 1...1 << 30)
        heads = try values.uniform("attention.head_count", layers: layers, 1...1 << 14)
        keyValueHeads = try values.uniform(
            "attention.head_count_kv",
            layers: layers,
            1...1 << 14,
            else: heads
        )
        keySize = try values.count("attention.key_length", 1...1 << 14, else: width / heads)
        valueSize = try values.count("attention.value_length", 1...1 << 14, else: width / heads)
        feedForward = try values.uniform(
            "feed_forward_length",
            layers: layers,
            0...1 << 24,
            else: 0
        )
        epsilon = try values.number("attention.layer_norm_rms_epsilon")
        let window = try values.count("attention.sliding_window", 0...1 << 30, else: 0)
        self.window = window == 0 ? nil : window
        let scale = try values.number("attention.scale", else: 0)
        attentionScale = scale == 0 ? 1 / Float(keySize).squareRoot() : scale
        rotaryDimensions = try values.count(
            "rope.dimension_count",
            0...keySize,
            else: keySize
        )
        rotaryBase = try values.number("rope.freq_base", else: 10_000)
        rotaryScaling = try values.rotaryScaling(context: context)
        experts = try values.count("expert_count", 0...1 << 16, else: 0)
        expertsUsed = try values.count("expert_used_count", 0...experts, else: 0)
        expertFeedForward = try values.count(
            "expert_feed_forward_length",
            0...1 << 24,
            else: 0
        )
        let expertScale = try values.number("expert_weights_scale", else: 0)
        self.expertScale = expertScale == 0 ? 1 : expertScale
        pooling = try values.pooling()
        try check(architecture)
    }

    private func check(_ architecture: String) throws {
        func require(_ condition: Bool, _ message: String) throws {
            if !condition {
                throw ModelError(.badMetadata, "Metadata of \(architecture): \(message)")
            }
        }
        try require(
            heads % keyValueHeads == 0,
            "\(heads) query heads cannot share \(keyValueHeads) key-value heads evenly."
        )
        try require(
            keySize % 8 == 0 && valueSize % 8 == 0,
            "head sizes \(keySize) and \(valueSize) are not multiples of 8."
        )
        try require(
            rotaryDimensions % 2 == 0,
            "rope.dimension_count \(rotaryDimensions) is not even."
        )
        try require(rotaryBase > 0 && epsilon >= 0, "rope base or norm epsilon is negative.")
        try require(
            experts == 0 || expertsUsed > 0,
            "\(experts) experts, but expert_used_count is 0."
        )
    }

    /// The rotation for this model.
    func rotary(_ pairing: Rotary.Pairing, factors: Parameter? = nil) -> Rotary {
        Rotary(
            pairing: pairing,
            dimensions: rotaryDimensions,
            base: rotaryBase,
            scaling: rotaryScaling,
            factors: factors?.values ?? []
        )
    }

    /// What the engine needs to know.
    func shape(vocabulary: Int) -> ModelShape {
        ModelShape(
            vocabulary: vocabulary,
            width: width,
            context: context,
            cache: Array(
                repeating: KVCache.LayerShape(
                    keyValueHeads: keyValueHeads,
                    keySize: keySize,
                    valueSize: valueSize
                ),
                count: layers
            ),
            pooling: pooling
        )
    }
}
