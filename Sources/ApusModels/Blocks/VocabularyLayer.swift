internal import ApusGGUF
package import ApusTensors

/// Tokens in and logits out: the embedding table and the output matrix, often the same tensor.
struct VocabularyLayer: Sendable {
    let embedding: Weight
    let output: Weight

    /// Binds `token_embd.weight`, and `output.weight` where the file has one of its own.
    init(_ binder: WeightBinder, width: Int) throws {
        guard let tokens = binder.file.tensor(named: "token_embd.weight")?.shape.first else {
            throw ModelError(.missingTensor, "The file has no tensor 'token_embd.weight'.")
        }
        embedding = try binder.matrix("token_embd.weight", rows: tokens, columns: width)
        output =
            binder.contains("output.weight")
            ? try binder.matrix("output.weight", rows: tokens, columns: width) : embedding
    }

    /// Number of tokens.
    var count: Int { embedding.rows }

    /// The batch's tokens as vectors: [rows, width].
    func embed(_ step: Step) -> Tensor {
        step.backend.embed(step.batch.tokens, from: embedding)
    }

    /// [rows, width] to [rows, vocabulary].
    func logits(_ hidden: Tensor, _ step: Step) -> Tensor {
        step.backend.matmul(hidden, [output])
    }
}
