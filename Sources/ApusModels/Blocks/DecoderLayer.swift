internal import ApusTensors

/// The parts of a decoder layer: attention and feed-forward, each behind a norm.
struct DecoderLayer: Sendable {
    let attentionNorm: RMSNorm  // blk.N.attn_norm
    let attention: Attention  // blk.N.attn_{q,k,v,output}
    let feedForwardNorm: RMSNorm  // blk.N.ffn_norm
    let feedForward: FeedForward  // blk.N.ffn_*

    init(
        _ binder: WeightBinder,
        _ config: DecoderConfig,
        layer: Int,
        rotary: Rotary,
        normsHeads: Bool = false,
        expertHidden: Int
    ) throws {
        let name = "blk.\(layer)"
        attentionNorm = try RMSNorm(
            binder,
            "\(name).attn_norm",
            count: config.width,
            epsilon: config.epsilon
        )
        attention = try Attention(
            binder,
            config,
            layer: layer,
            rotary: rotary,
            normsHeads: normsHeads
        )
        feedForwardNorm = try RMSNorm(
            binder,
            "\(name).ffn_norm",
            count: config.width,
            epsilon: config.epsilon
        )
        feedForward = try FeedForward(
            binder,
            config,
            layer: layer,
            expertHidden: expertHidden
        )
    }
}
