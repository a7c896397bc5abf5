package import ApusTensors

/// A model that reads tokens and predicts the next one: the forward pass, and nothing else.
package protocol LanguageModel: Sendable {
    /// Sizes that the engine needs to know.
    var shape: ModelShape { get }

    /// The last layer's normed state of the batch's outputs: [outputs, width].
    func hidden(_ step: Step) -> Tensor

    /// Logits of such states: [rows of `hidden`, vocabulary].
    func logits(_ hidden: Tensor, _ step: Step) -> Tensor
}

/// What the engine needs to know of a model.
package struct ModelShape: Sendable, Equatable {
    /// Tokens the model knows.
    package var vocabulary: Int
    /// Floats of a hidden state.
    package var width: Int
    /// Positions the model was trained for.
    package var context: Int
    /// What each layer keeps of every position.
    package var cache: [KVCache.LayerShape]
    /// How many vectors of a text become one, when the file says so.
    package var pooling: Pooling?

    package init(
        vocabulary: Int,
        width: Int,
        context: Int,
        cache: [KVCache.LayerShape],
        pooling: Pooling? = nil
    ) {
        self.vocabulary = vocabulary
        self.width = width
        self.context = context
        self.cache = cache
        self.pooling = pooling
    }
}

/// How the states of a text's tokens become the text's embedding.
package enum Pooling: Sendable, Equatable {
    /// Their mean.
    case mean
    /// The first token's.
    case first
    /// The last token's.
    case last
}
