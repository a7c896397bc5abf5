internal import ApusGGUF
internal import ApusTensors

/// Tokens in and logits out: the embedding table and the output matrix, often the same tensor.
struct VocabularyLayer: Sendable {
    let embedding: Weight
    let output: Weight
    /// What adapters add to an output matrix of its own.
    private let updates: [LowRankUpdate]

    /// Binds `token_embd.weight`, and `output.weight` where the file has one of its own.
    init(_ binder: WeightBinder, width: Int) throws {
        guard let tokens = binder.file.tensor(named: "token_embd.weight")?.shape.first else {
            throw ModelError(.missingTensor, "The file has no tensor 'token_embd.weight'.")
        }
        embedding = try binder.matrix("token_embd.weight", rows: tokens, columns: width)
        guard binder.contains("output.weight") else {
            (output, updates) = (embedding, [])
            return
        }
        output = try binder.matrix("output.weight", rows: tokens, columns: width)
        updates = try binder.updates("output.weight")
    }

    /// Number of tokens.
    var count: Int { embedding.rows }

    /// The batch's tokens as vectors: [rows, width].
    func embed(_ step: Step) -> Tensor {
        step.backend.embed(step.batch.tokens, from: embedding)
    }

    /// [rows, width] to [rows, vocabulary].
    func logits(_ hidden: Tensor, _ step: Step) -> Tensor {
        let y = step.backend.matmul(hidden, [output])
        for update in updates { step.add(update, of: hidden, to: y) }
        return y
    }
}
