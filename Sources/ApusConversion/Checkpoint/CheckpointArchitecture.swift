internal import ApusConversation
internal import ApusGGUF

/// A family of checkpoints that can be converted: what it is called here and there, and what its
/// configuration may say.
struct CheckpointArchitecture: Sendable {
    /// The classes of transformers, as in `architectures`.
    let classes: [String]
    /// The architecture in GGUF.
    let name: String
    /// Whether queries and keys are turned in neighbouring pairs in GGUF, and have to be reordered.
    var turnsNeighbours = false
    /// Whether every layer sees a window of positions when the configuration has one.
    var hasWindow = false
    /// Whether feed-forward blocks have experts.
    var hasExperts = false
    /// Throws `unsupportedVariant` for what the engine does not compute.
    var check: @Sendable (CheckpointConfig) throws -> Void = { _ in }

    /// Everything that can be converted: what `ApusModels` runs.
    static let all: [CheckpointArchitecture] = [
        .init(classes: ["LlamaForCausalLM"], name: "llama", turnsNeighbours: true),
        .init(
            classes: ["MistralForCausalLM"],
            name: "llama",
            turnsNeighbours: true,
            hasWindow: true
        ),
        .init(
            classes: ["MixtralForCausalLM"],
            name: "llama",
            turnsNeighbours: true,
            hasWindow: true,
            hasExperts: true
        ),
        .init(classes: ["Qwen2ForCausalLM"], name: "qwen2", check: usesNoWindow),
        .init(classes: ["Qwen3ForCausalLM"], name: "qwen3", check: usesNoWindow),
        .init(
            classes: ["Qwen3MoeForCausalLM"],
            name: "qwen3moe",
            hasExperts: true,
            check: { config in
                try usesNoWindow(config)
                try config.require("decoder_sparse_step", 1)
                try config.require("mlp_only_layers", [])
                guard try config.flag("norm_topk_prob", else: false) else {
                    throw ConversionError(
                        .unsupportedVariant,
                        "'norm_topk_prob' is false in config.json, expected true."
                    )
                }
            }
        ),
    ]

    private static let usesNoWindow: @Sendable (CheckpointConfig) throws -> Void = { config in
        try config.require("use_sliding_window", false)
    }

    /// The architecture of a checkpoint.
    ///
    /// - Throws: `ConversionError` `unsupportedArchitecture`, in Ollama's words.
    static func of(_ config: CheckpointConfig) throws -> CheckpointArchitecture {
        let name = try config.architecture()
        guard let found = all.first(where: { $0.classes.contains(name) }) else {
            let known = all.flatMap(\.classes).sorted().joined(separator: ", ")
            throw ConversionError(
                .unsupportedArchitecture,
                "unsupported architecture \"\(name.prefix(80))\": supported are \(known)"
            )
        }
        try config.require("hidden_act", "silu")
        try found.check(config)
        return found
    }
}

/// The sizes of a Llama-shaped decoder, from `config.json`.
struct CheckpointSizes: Sendable {
    let layers: Int
    let width: Int
    let heads: Int
    let keyHeads: Int
    let headSize: Int
    let context: Int
    let vocabulary: Int
    let feedForward: Int
    let epsilon: Float
    let window: Int?
    let experts: Int
    let expertsUsed: Int
    let expertFeedForward: Int?
    let sharesEmbedding: Bool
    let rotary: CheckpointRotary

    /// - Throws: `ConversionError` `badConfig`.
    init(_ config: CheckpointConfig, _ architecture: CheckpointArchitecture) throws {
        layers = try config.count("num_hidden_layers")
        width = try config.count("hidden_size")
        heads = try config.count("num_attention_heads")
        keyHeads = try config.optionalCount("num_key_value_heads") ?? heads
        headSize = try config.optionalCount("head_dim") ?? width / heads
        context = try config.count("max_position_embeddings")
        vocabulary = try config.count("vocab_size")
        feedForward = try config.count("intermediate_size")
        epsilon = try config.number("rms_norm_eps")
        window = architecture.hasWindow ? try config.optionalCount("sliding_window") : nil
        experts =
            architecture.hasExperts
            ? try config.optionalCount("num_local_experts", "num_experts") ?? 0 : 0
        expertsUsed = architecture.hasExperts ? try config.count("num_experts_per_tok") : 0
        expertFeedForward =
            architecture.hasExperts ? try config.optionalCount("moe_intermediate_size") : nil
        sharesEmbedding = try config.flag("tie_word_embeddings", else: false)
        rotary = try config.rotary()
        guard keyHeads > 0, headSize > 0, headSize % 2 == 0, experts > 0 || !architecture.hasExperts
        else {
            throw ConversionError(
                .badConfig,
                "config.json has \(keyHeads) heads of keys, heads of \(headSize) and \(experts) "
                    + "experts, expected more than 0 and an even size."
            )
        }
    }

    /// The metadata of a GGUF file of the architecture.
    func metadata(_ architecture: String) throws -> [(key: String, value: GGUFValue)] {
        func number(_ value: Int) -> GGUFValue { .uint32(UInt32(clamping: value)) }
        var entries: [(key: String, value: GGUFValue)] = [
            ("block_count", number(layers)), ("context_length", number(context)),
            ("embedding_length", number(width)), ("feed_forward_length", number(feedForward)),
            ("attention.head_count", number(heads)), ("attention.head_count_kv", number(keyHeads)),
            ("attention.layer_norm_rms_epsilon", .float32(epsilon)),
            ("attention.key_length", number(headSize)),
            ("attention.value_length", number(headSize)),
            ("rope.dimension_count", number(headSize)), ("vocab_size", number(vocabulary)),
        ]
        if let window { entries.append(("attention.sliding_window", number(window))) }
        if experts > 0 {
            entries += [
                ("expert_count", number(experts)), ("expert_used_count", number(expertsUsed)),
            ]
        }
        if let expertFeedForward {
            entries.append(("expert_feed_forward_length", number(expertFeedForward)))
        }
        entries += try rotary.metadata(context: context)
        return entries.map { ("\(architecture).\($0.key)", $0.value) }
    }
}
