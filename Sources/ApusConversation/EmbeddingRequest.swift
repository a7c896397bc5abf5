/// Texts to turn into vectors.
package struct EmbeddingRequest: Sendable, Equatable, Codable {
    /// The texts, one vector each.
    package var inputs: [String]
    /// Whether a text longer than the context is cut; otherwise it is refused.
    package var truncates: Bool

    /// Texts to embed.
    package init(inputs: [String], truncates: Bool = true) {
        self.inputs = inputs
        self.truncates = truncates
    }
}

/// Vectors for the texts of an `EmbeddingRequest`, in its order.
package struct EmbeddingResult: Sendable, Equatable, Codable {
    /// One vector a text, pooled as the model's metadata says, not normalised: [texts, width].
    package var vectors: [[Float]]
    /// Tokens of all texts together.
    package var tokens: Int

    /// Vectors and the number of tokens they were made from.
    package init(vectors: [[Float]], tokens: Int) {
        self.vectors = vectors
        self.tokens = tokens
    }
}
