/// Attention over the paged cache.
extension CPUBackend {
    package func attention(
        queries: Tensor,
        keys: Tensor,
        values: Tensor,
        batch: Batch,
        cache: KVCache,
        layer: Int,
        options: AttentionOptions
    ) -> Tensor {
        let shape = cache.layers[layer]
        precondition(
            queries.columns == options.heads * shape.keySize
                && keys.columns == shape.keyValueHeads * shape.keySize
                && values.columns == shape.keyValueHeads * shape.valueSize
                && options.heads % shape.keyValueHeads == 0 && queries.rows == batch.count,
            "attention of \(options.heads) heads over \(shape)"
        )
        store(keys: keys, values: values, batch: batch, cache: cache, layer: layer)
        let y = arena.allocate(rows: queries.rows, columns: options.heads * shape.valueSize)
        scoped {
            let pass = AttentionPass(
                queries: queries,
                output: y,
                batch: batch,
                cache: cache,
                layer: layer,
                options: options
            )
            let scratch = arena.allocate(rows: pool.threads, columns: pass.scratchFloats)
            pool.run(pass.items) { item, thread in
                pass.run(item, on: self, scratch: address(scratch, row: thread))
            }
        }
        return y
    }

    private func store(keys: Tensor, values: Tensor, batch: Batch, cache: KVCache, layer: Int) {
        let shape = cache.layers[layer]
        for sequence in batch.sequences {
            let part = keys.rows(sequence.firstRow, count: sequence.count)
            forEachRow(of: part) { index in
                let row = sequence.firstRow + index
                let position = sequence.firstPosition + index
                let page = sequence.pages[position / KVCache.pageTokens]
                let slot = position % KVCache.pageTokens
                for head in 0..<shape.keyValueHeads {
                    kernels.storeKey(
                        address(keys, row: row) + head * shape.keySize,
                        size: shape.keySize,
                        page: cache.keys(layer: layer, page: page, head: head),
                        slot: slot
                    )
                    kernels.storeValue(
                        address(values, row: row) + head * shape.valueSize,
                        size: shape.valueSize,
                        page: cache.values(layer: layer, page: page, head: head),
                        slot: slot
                    )
                }
            }
        }
    }
}
