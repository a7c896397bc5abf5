package import ApusTensors

/// One forward pass: the rows to compute, the cache they use, and who computes.
package struct Step {
    /// The rows.
    package let batch: Batch
    /// Keys and values of earlier positions.
    package let cache: KVCache
    /// Who computes.
    package let backend: any Backend

    package init(batch: Batch, cache: KVCache, backend: any Backend) {
        self.batch = batch
        self.cache = cache
        self.backend = backend
    }

    /// `x += block()`; everything that `block` makes besides is gone afterwards.
    func accumulate(into x: Tensor, _ block: () -> Tensor) {
        backend.scoped { backend.add(block(), to: x) }
    }

    /// Adds what an adapter's update makes of `x` [rows, inputs] to `y` [rows, outputs].
    func add(_ update: LowRankUpdate, of x: Tensor, to y: Tensor) {
        accumulate(into: y) {
            let low = backend.matmul(x, [update.down])  // [rows, rank]
            backend.scale(low, by: update.scale)
            return backend.matmul(low, [update.up])
        }
    }

    /// The rows of `x` that are outputs: [outputs, columns].
    func outputs(of x: Tensor) -> Tensor {
        batch.outputs.count == x.rows ? x : backend.rows(batch.outputs, of: x)
    }
}
