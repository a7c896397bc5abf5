internal import ApusGGUF

extension TinyGGUF {
    /// Sizes of a random model.
    package struct Sizes: Sendable {
        /// Number of transformer layers.
        package var layers = 2
        /// Hidden size.
        package var width = 32
        /// Query heads; the width is divided among them.
        package var heads = 4
        /// Key and value heads.
        package var keyValueHeads = 2
        /// Inner size of the feed-forward block.
        package var feedForward = 64
        /// Longest context.
        package var context = 128

        /// Two layers of width 32.
        package init() {}
    }

    /// A dense Llama with random F32 weights and a tokenizer that knows single bytes.
    ///
    /// Its tokens are `<unk>`, `<s>`, `</s>` and the 256 bytes `<0x00>` to `<0xFF>`, so every text
    /// can be tokenized. It generates noise, the same noise for the same seed.
    package static func llama(_ sizes: Sizes = Sizes(), seed: UInt64 = 1) -> TinyGGUF {
        var model = TinyGGUF(architecture: "llama")
        model.setLlamaHyperparameters(sizes)
        let vocabulary = model.setByteTokenizer()
        var random = SplitMix64(seed: seed)
        let width = sizes.width
        let keyValueWidth = width / sizes.heads * sizes.keyValueHeads
        model.addRandom("token_embd.weight", [vocabulary, width], using: &random)
        for layer in 0..<sizes.layers {
            let prefix = "blk.\(layer)."
            let matrices: [(String, [Int])] = [
                ("attn_q", [width, width]), ("attn_k", [keyValueWidth, width]),
                ("attn_v", [keyValueWidth, width]), ("attn_output", [width, width]),
                ("ffn_gate", [sizes.feedForward, width]),
                ("ffn_up", [sizes.feedForward, width]),
                ("ffn_down", [width, sizes.feedForward]),
            ]
            for (name, shape) in matrices {
                model.addRandom(prefix + name + ".weight", shape, using: &random)
            }
            let ones = [Float](repeating: 1, count: width)
            model.add(prefix + "attn_norm.weight", [width], values: ones)
            model.add(prefix + "ffn_norm.weight", [width], values: ones)
        }
        model.add("output_norm.weight", [width], values: Array(repeating: 1, count: width))
        model.addRandom("output.weight", [vocabulary, width], using: &random)
        return model
    }

    private mutating func setLlamaHyperparameters(_ sizes: Sizes) {
        set("general.name", .string("tiny"))
        set("general.file_type", .uint32(0))
        set("llama.block_count", .uint32(UInt32(sizes.layers)))
        set("llama.context_length", .uint32(UInt32(sizes.context)))
        set("llama.embedding_length", .uint32(UInt32(sizes.width)))
        set("llama.feed_forward_length", .uint32(UInt32(sizes.feedForward)))
        set("llama.attention.head_count", .uint32(UInt32(sizes.heads)))
        set("llama.attention.head_count_kv", .uint32(UInt32(sizes.keyValueHeads)))
        set("llama.attention.layer_norm_rms_epsilon", .float32(1e-5))
        set("llama.rope.dimension_count", .uint32(UInt32(sizes.width / sizes.heads)))
        set("llama.rope.freq_base", .float32(10_000))
    }

    /// Sets the tokenizer and returns the number of its tokens.
    private mutating func setByteTokenizer() -> Int {
        let digits = Array("0123456789ABCDEF")
        let bytes = (0..<256).map { "<0x\(digits[$0 / 16])\(digits[$0 % 16])>" }
        let tokens = ["<unk>", "<s>", "</s>"] + bytes
        // Token types: 2 unknown, 3 control, 6 byte.
        let types: [Int32] = [2, 3, 3] + Array(repeating: 6, count: 256)
        set("tokenizer.ggml.model", .string("llama"))
        set("tokenizer.ggml.tokens", .array(GGUFArray(strings: tokens)))
        set(
            "tokenizer.ggml.scores",
            .array(GGUFArray(floats: Array(repeating: 0, count: tokens.count)))
        )
        set("tokenizer.ggml.token_type", .array(GGUFArray(integers: types)))
        set("tokenizer.ggml.unknown_token_id", .uint32(0))
        set("tokenizer.ggml.bos_token_id", .uint32(1))
        set("tokenizer.ggml.eos_token_id", .uint32(2))
        set("tokenizer.ggml.add_bos_token", .bool(true))
        return tokens.count
    }
}
