/// The operations that models are made of.
///
/// A model is written once, as equations over tensors; a backend computes them. Operations run at
/// once and put their result into the backend's arena, where it lives until the `scoped` call
/// around it ends. One thread calls a backend, and never two steps at a time.
///
/// Weights are checked when a model is bound (`supports`), so operations do not throw: a shape
/// that does not fit here is a broken contract and traps.
package protocol Backend: AnyObject {
    /// Whether matrices in this block format can be multiplied.
    func supports(_ weight: Weight) -> Bool

    /// Starts a step: the arena is empty.
    func beginStep()

    /// Runs `body` and ends the life of every tensor made in it.
    func scoped(_ body: () -> Void)

    /// Rows of an embedding table: [tokens, columns of `table`].
    func embed(_ tokens: [Int32], from table: Weight) -> Tensor

    /// A copy of some rows of `x`: [indices, columns].
    func rows(_ indices: [Int32], of x: Tensor) -> Tensor

    /// `x` times each matrix, results side by side: [rows of x, rows of all weights].
    ///
    /// Precondition: every weight has `x.columns` columns.
    func matmul(_ x: Tensor, _ weights: [Weight]) -> Tensor

    /// `x += y`.
    func add(_ y: Tensor, to x: Tensor)

    /// `x[row] += bias`.
    func add(_ bias: Parameter, to x: Tensor)

    /// `x *= factor`.
    func scale(_ x: Tensor, by factor: Float)

    /// Root-mean-square norm of every row, times `weight` (Zhang & Sennrich 2019).
    func rmsNorm(_ x: Tensor, weight: Parameter, epsilon: Float) -> Tensor

    /// The same norm of every run of `weight.count` columns, in place: one head each.
    func rmsNormHeads(_ x: Tensor, weight: Parameter, epsilon: Float)

    /// Turns every head of every row by its position, in place. x: [rows, heads * headSize].
    func rope(_ x: Tensor, headSize: Int, positions: [Int32], rotary: Rotary)

    /// `activation(gate) * up` where a row of `x` is gate and up side by side:
    /// [rows, x.columns / 2].
    func gate(_ x: Tensor, activation: Activation) -> Tensor

    /// Stores keys and values of the batch's rows in the cache, then lets every row attend to its
    /// sequence's positions up to its own: [rows, heads * valueSize].
    ///
    /// - `queries`: [rows, heads * keySize].
    /// - `keys`: [rows, keyValueHeads * keySize].
    /// - `values`: [rows, keyValueHeads * valueSize].
    func attention(
        queries: Tensor,
        keys: Tensor,
        values: Tensor,
        batch: Batch,
        cache: KVCache,
        layer: Int,
        options: AttentionOptions
    ) -> Tensor

    /// Feed-forward of a gated block: `down(activation(gate(x)) * up(x))`.
    func feedForward(
        _ x: Tensor,
        gate: Weight,
        up: Weight,
        down: Weight,
        activation: Activation
    ) -> Tensor

    /// The same through the experts that `router` chooses for each row, summed by weight.
    ///
    /// - `logits`: the router's, [rows, experts]; overwritten.
    /// - `used`: experts a row is sent to.
    func experts(
        _ x: Tensor,
        logits: Tensor,
        router: any ExpertRouter,
        used: Int,
        weights: ExpertWeights
    ) -> Tensor

    /// The numbers of a tensor, row by row: [rows * columns].
    func read(_ x: Tensor, into numbers: UnsafeMutableBufferPointer<Float>)

    /// Gives memory that an unusually large step needed back to the system.
    func trim()
}

/// What distinguishes one attention layer from another.
package struct AttentionOptions: Sendable, Equatable {
    /// Query heads.
    package var heads: Int
    /// Factor on the scores, usually one over the square root of the key size.
    package var scale: Float
    /// A row sees at most this many positions, its own included; nil for all.
    package var window: Int?

    package init(heads: Int, scale: Float, window: Int? = nil) {
        self.heads = heads
        self.scale = scale
        self.window = window
    }
}

extension Backend {
    package func feedForward(
        _ x: Tensor,
        gate: Weight,
        up: Weight,
        down: Weight,
        activation: Activation
    ) -> Tensor {
        matmul(self.gate(matmul(x, [gate, up]), activation: activation), [down])
    }
}
