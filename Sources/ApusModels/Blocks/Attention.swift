internal import ApusTensors

/// Grouped-query attention with rotary positions (Ainslie and others 2023).
///
/// Several query heads share one head of keys and values.
struct Attention: Sendable {
    let query: Linear
    let key: Linear
    let value: Linear
    let output: Linear
    /// Norms of each query and key head, where the family has them.
    let queryNorm: RMSNorm?
    let keyNorm: RMSNorm?
    let rotary: Rotary
    let keySize: Int
    let options: AttentionOptions
    let layer: Int

    /// Binds `blk.LAYER.attn_{q,k,v,output}`, with `attn_{q,k}_norm` when `normsHeads`.
    init(
        _ binder: WeightBinder,
        _ config: DecoderConfig,
        layer: Int,
        rotary: Rotary,
        normsHeads: Bool = false
    ) throws {
        let name = "blk.\(layer).attn"
        let keys = config.keyValueHeads * config.keySize
        let values = config.keyValueHeads * config.valueSize
        query = try Linear(
            binder,
            "\(name)_q",
            inputs: config.width,
            outputs: config.heads * config.keySize
        )
        key = try Linear(binder, "\(name)_k", inputs: config.width, outputs: keys)
        value = try Linear(binder, "\(name)_v", inputs: config.width, outputs: values)
        output = try Linear(
            binder,
            "\(name)_output",
            inputs: config.heads * config.valueSize,
            outputs: config.width
        )
        func norm(_ suffix: String) throws -> RMSNorm? {
            normsHeads
                ? try RMSNorm(
                    binder,
                    "\(name)_\(suffix)",
                    count: config.keySize,
                    epsilon: config.epsilon
                )
                : nil
        }
        queryNorm = try norm("q_norm")
        keyNorm = try norm("k_norm")
        self.rotary = rotary
        self.layer = layer
        keySize = config.keySize
        options = AttentionOptions(
            heads: config.heads,
            scale: config.attentionScale,
            window: config.window
        )
    }

    /// [rows, width] to [rows, width]; keys and values of the rows go into the cache.
    func callAsFunction(_ x: Tensor, _ step: Step) -> Tensor {
        let all = step.backend.matmul(x, [query.weight, key.weight, value.weight])
        let q = all.columns(0, count: query.weight.rows)  // [rows, heads * keySize]
        let k = all.columns(q.columns, count: key.weight.rows)  // [rows, kvHeads * keySize]
        let v = all.columns(q.columns + k.columns, count: value.weight.rows)
        query.finish(q, of: x, step)
        key.finish(k, of: x, step)
        value.finish(v, of: x, step)
        queryNorm?.applyToHeads(q, step)
        keyNorm?.applyToHeads(k, step)
        step.backend.rope(q, headSize: keySize, positions: step.batch.positions, rotary: rotary)
        step.backend.rope(k, headSize: keySize, positions: step.batch.positions, rotary: rotary)
        let mixed = step.backend.attention(
            queries: q,
            keys: k,
            values: v,
            batch: step.batch,
            cache: step.cache,
            layer: layer,
            options: options
        )  // [rows, heads * valueSize]
        return output(mixed, step)
    }
}
