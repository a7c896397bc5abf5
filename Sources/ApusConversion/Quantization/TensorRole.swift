/// What a tensor does in a model, as far as quantization cares; found by its name in GGUF.
enum TensorRole: Hashable, Sendable {
    case tokenEmbedding
    case output
    case attentionQuery
    case attentionKey
    /// Values, alone or in one matrix with keys or with queries and keys.
    case attentionValue
    case attentionOutput
    /// Of the layer itself or of an expert that all tokens share.
    case feedForwardDown
    /// The stacked matrices of routed experts.
    case expertGateOrUp
    case expertDown
    /// Any other matrix.
    case matrix
    /// Not to be quantized: vectors, and matrices that are small and decide much.
    case kept

    /// The role of a tensor with this name and number of dimensions.
    init(name: String, dimensions: Int) {
        guard name.hasSuffix(".weight"), dimensions > 1,
            !Self.keptPrefixes.contains(where: { name.hasPrefix($0) }),
            !Self.keptParts.contains(where: { name.contains($0) })
        else {
            self = .kept
            return
        }
        let parts = name.split(separator: ".")
        self = parts.count > 1 ? Self.roles[String(parts[parts.count - 2])] ?? .matrix : .matrix
    }

    private static let roles: [String: TensorRole] = [
        "token_embd": .tokenEmbedding,
        "per_layer_token_embd": .tokenEmbedding,
        "output": .output,
        "attn_q": .attentionQuery,
        "attn_k": .attentionKey,
        "attn_v": .attentionValue,
        "attn_kv_b": .attentionValue,
        "attn_qkv": .attentionValue,
        "attn_output": .attentionOutput,
        "ffn_down": .feedForwardDown,
        "ffn_down_shexp": .feedForwardDown,
        "ffn_gate_exps": .expertGateOrUp,
        "ffn_up_exps": .expertGateOrUp,
        "ffn_gate_up_exps": .expertGateOrUp,
        "ffn_down_exps": .expertDown,
    ]

    /// Norms, routers, positions and the small matrices of recurrent and other layers.
    ///
    /// Source: llama.cpp's list of what its quantizer leaves alone.
    private static let keptParts = [
        "_norm.weight", "ffn_gate_inp", "altup", "laurel", "per_layer_model_proj",
        "position_embd", "token_types", "ssm_conv1d", "shortconv.conv", "time_mix_",
        "attn_rel_b",
    ]

    /// Vision, audio and other towers inside of a model's file.
    private static let keptPrefixes = ["v.", "a.", "mm.", "mtp.", "s."]
}
