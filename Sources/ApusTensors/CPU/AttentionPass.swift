/// One attention layer of one step, cut into items that threads take.
///
/// An item is one key-value head of one sequence and a tile of its rows: the query heads that
/// share the key-value head, times some tokens, all visit each page together, so a page is read
/// once a tile. The softmax runs along (Milakov & Gimelshein 2018, FlashAttention).
struct AttentionPass {
    let queries: Tensor
    let output: Tensor
    let batch: Batch
    let cache: KVCache
    let layer: Int
    let options: AttentionOptions

    /// Query rows of a tile, unless one token's heads are more already.
    private static let tileRows = 64

    private var shape: KVCache.LayerShape { cache.layers[layer] }
    /// Query heads that share a key-value head.
    private var group: Int { options.heads / shape.keyValueHeads }
    private var tileTokens: Int { max(1, Self.tileRows / group) }

    /// Number of items.
    var items: Int {
        batch.sequences.reduce(0) { $0 + tiles(of: $1) } * shape.keyValueHeads
    }

    /// Floats of working memory that a thread needs.
    var scratchFloats: Int {
        tileTokens * group * (shape.keySize + shape.valueSize + 4)
    }

    private func tiles(of sequence: Batch.Sequence) -> Int {
        (sequence.count + tileTokens - 1) / tileTokens
    }

    /// Computes one item.
    func run(_ item: Int, on backend: CPUBackend, scratch: UnsafeMutablePointer<Float>) {
        let head = item % shape.keyValueHeads
        var tile = item / shape.keyValueHeads
        for sequence in batch.sequences {
            let count = tiles(of: sequence)
            if tile < count {
                let first = tile * tileTokens
                let tokens = first..<min(sequence.count, first + tileTokens)
                return run(sequence, tokens, head: head, on: backend, scratch: scratch)
            }
            tile -= count
        }
    }

    private func run(
        _ sequence: Batch.Sequence,
        _ tokens: Range<Int>,
        head: Int,
        on backend: CPUBackend,
        scratch: UnsafeMutablePointer<Float>
    ) {
        let rows = tokens.count * group
        let state = makeState(rows: rows, scratch: scratch)
        for (tile, token) in tokens.enumerated() {
            let source =
                backend.address(queries, row: sequence.firstRow + token)
                + head * group * shape.keySize
            (scratch + tile * group * shape.keySize).update(
                from: source,
                count: group * shape.keySize
            )
        }
        visit(
            sequence,
            tokens,
            head: head,
            state: state,
            kernels: backend.kernels,
            visible: UnsafeMutableRawPointer(state.sum + rows).bindMemory(
                to: UInt32.self,
                capacity: 2 * rows
            )
        )
        backend.kernels.finish(state)
        for (tile, token) in tokens.enumerated() {
            let target =
                backend.address(output, row: sequence.firstRow + token)
                + head * group * shape.valueSize
            target.update(
                from: state.output + tile * group * shape.valueSize,
                count: group * shape.valueSize
            )
        }
    }

    /// Lays out the working memory: queries, output, maximum, sum; then room for `visible`.
    private func makeState(
        rows: Int,
        scratch: UnsafeMutablePointer<Float>
    ) -> Kernels.AttentionState {
        let output = scratch + rows * shape.keySize
        let maximum = output + rows * shape.valueSize
        let sum = maximum + rows
        output.update(repeating: 0, count: rows * shape.valueSize)
        maximum.update(repeating: -.infinity, count: rows)
        sum.update(repeating: 0, count: rows)
        return Kernels.AttentionState(
            queries: UnsafePointer(scratch),
            rows: rows,
            keySize: shape.keySize,
            valueSize: shape.valueSize,
            scale: options.scale,
            maximum: maximum,
            sum: sum,
            output: output
        )
    }

    /// Adds every page that some row of the tile sees.
    private func visit(
        _ sequence: Batch.Sequence,
        _ tokens: Range<Int>,
        head: Int,
        state: Kernels.AttentionState,
        kernels: Kernels,
        visible: UnsafeMutablePointer<UInt32>
    ) {
        let size = KVCache.pageTokens
        let firstPosition = sequence.firstPosition + tokens.lowerBound
        let lastPosition = sequence.firstPosition + tokens.upperBound - 1
        let lowest = options.window.map { max(0, firstPosition - $0 + 1) } ?? 0
        for index in lowest / size...lastPosition / size {
            for (tile, token) in tokens.enumerated() {
                let position = sequence.firstPosition + token
                let start = options.window.map { max(0, position - $0 + 1) } ?? 0
                let first = UInt32(min(size, max(0, start - index * size)))
                let last = UInt32(min(size, max(0, position + 1 - index * size)))
                for row in tile * group..<(tile + 1) * group {
                    visible[row] = first
                    visible[state.rows + row] = last
                }
            }
            let page = sequence.pages[index]
            kernels.attend(
                state,
                keys: cache.keys(layer: layer, page: page, head: head),
                values: cache.values(layer: layer, page: page, head: head),
                first: visible,
                last: visible + state.rows
            )
        }
    }
}
