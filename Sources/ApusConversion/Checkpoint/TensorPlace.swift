/// Where a tensor of a checkpoint goes in a GGUF file.
struct TensorPlace: Hashable, Sendable {
    /// The name in GGUF.
    let name: String
    /// Position in a stack of experts; nil for tensors of their own.
    var expert: Int?

    /// The place of a tensor with this name in a Llama-shaped checkpoint; nil for unknown names.
    init?(_ source: String) {
        guard let dot = source.lastIndex(of: ".") else { return nil }
        let (module, kind) = (String(source[..<dot]), String(source[dot...]))
        guard kind == ".weight" || kind == ".bias" else { return nil }
        if let top = Self.top[module] {
            name = top + kind
            return
        }
        let parts = module.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0] == "model", parts[1] == "layers",
            let layer = Int(parts[2]), String(layer) == parts[2]
        else { return nil }
        let rest = parts[3...].joined(separator: ".")
        if let part = Self.layer[rest] {
            name = "blk.\(layer).\(part)\(kind)"
            return
        }
        guard parts.count == 7, parts[4] == "experts", let expert = Int(parts[5]),
            String(expert) == parts[5], kind == ".weight",
            let part = Self.experts["\(parts[3]).\(parts[6])"]
        else { return nil }
        name = "blk.\(layer).\(part)_exps.weight"
        self.expert = expert
    }

    private static let top = [
        "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
    ]

    private static let layer = [
        "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
        "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
        "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
        "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm",
        "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
        "mlp.gate": "ffn_gate_inp", "block_sparse_moe.gate": "ffn_gate_inp",
    ]

    private static let experts = [
        "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
        "block_sparse_moe.w1": "ffn_gate", "block_sparse_moe.w3": "ffn_up",
        "block_sparse_moe.w2": "ffn_down",
    ]
}
