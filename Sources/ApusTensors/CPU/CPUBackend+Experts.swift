/// Routed feed-forward blocks.
extension CPUBackend {
    package func experts(
        _ x: Tensor,
        logits: Tensor,
        router: any ExpertRouter,
        used: Int,
        weights: ExpertWeights
    ) -> Tensor {
        let (gate, up, down) = (weights.gate, weights.up, weights.down)
        let y = arena.allocate(rows: x.rows, columns: down.rows)
        scoped {
            let pairs = ExpertPairs(rows: x.rows, used: used, experts: gate.experts, on: self)
            route(logits, router: router, into: pairs)
            pairs.sort()
            let hidden = arena.allocate(rows: pairs.count, columns: gate.rows + up.rows)
            let gateFormat = format(of: gate)
            let upFormat = format(of: up)
            let packed = gather(x, pairs, for: gateFormat)
            multiply(
                gate,
                gateFormat,
                by: packed,
                pairs,
                into: hidden.columns(0, count: gate.rows)
            )
            let packedForUp =
                upFormat.activationKind == packed.kind
                ? packed : gather(x, pairs, for: upFormat)
            multiply(
                up,
                upFormat,
                by: packedForUp,
                pairs,
                into: hidden.columns(gate.rows, count: up.rows)
            )
            scale(hidden.columns(0, count: gate.rows), of: pairs, by: weights.gateScales)
            scale(hidden.columns(gate.rows, count: up.rows), of: pairs, by: weights.upScales)
            add(weights.gateUpdates, to: hidden.columns(0, count: gate.rows), of: pairs) {
                gather(x, pairs, for: $0)
            }
            add(weights.upUpdates, to: hidden.columns(gate.rows, count: up.rows), of: pairs) {
                gather(x, pairs, for: $0)
            }
            let gated = self.gate(hidden, activation: weights.activation)
            let downFormat = format(of: down)
            let results = arena.allocate(rows: pairs.count, columns: down.rows)
            multiply(down, downFormat, by: pack(gated, for: downFormat), pairs, into: results)
            scale(results, of: pairs, by: weights.downScales)
            add(weights.downUpdates, to: results, of: pairs) { pack(gated, for: $0) }
            combine(results, pairs, into: y)
        }
        return y
    }

    private func route(_ logits: Tensor, router: any ExpertRouter, into pairs: ExpertPairs) {
        for row in 0..<logits.rows {
            let first = row * pairs.used
            router.route(
                UnsafeMutableBufferPointer(start: address(logits, row: row), count: logits.columns),
                experts: UnsafeMutableBufferPointer(
                    start: pairs.chosen + first,
                    count: pairs.used
                ),
                weights: UnsafeMutableBufferPointer(
                    start: pairs.weights + first,
                    count: pairs.used
                )
            )
        }
    }

    /// Packs each row of `x` once and copies it to the places of its experts.
    private func gather(
        _ x: Tensor,
        _ pairs: ExpertPairs,
        for format: Kernels.Format
    ) -> PackedRows {
        let packed = packedRows(pairs.count, columns: x.columns, for: format)
        forEachRow(of: x) { row in
            let first = packed.row(Int(pairs.places[row * pairs.used]))
            format.packActivations(address(x, row: row), into: first, count: x.columns)
            for slot in 1..<max(1, pairs.used) {
                packed.row(Int(pairs.places[row * pairs.used + slot])).copyMemory(
                    from: first,
                    byteCount: packed.rowBytes
                )
            }
        }
        return packed
    }

    /// Each expert's matrix times the rows sent to it; shared out by expert and rows of weights.
    private func multiply(
        _ weight: Weight,
        _ format: Kernels.Format,
        by packed: PackedRows,
        _ pairs: ExpertPairs,
        into y: Tensor
    ) {
        let chunk = max(
            Self.panelRows,
            chunkRows(of: weight.rows * max(1, pairs.activeCount)) / Self.panelRows
                * Self.panelRows
        )
        let chunks = (weight.rows + chunk - 1) / chunk
        pool.run(pairs.activeCount * chunks) { item, _ in
            let expert = Int(pairs.active[item / chunks])
            let rows = pairs.range(of: expert)
            let first = item % chunks * chunk
            guard let start = weight.address(expert: expert) else { return }
            format.matmul(
                start,
                rowBytes: weight.rowBytes,
                activations: packed.row(rows.lowerBound),
                activationBytes: packed.rowBytes,
                into: address(y, row: rows.lowerBound),
                stride: y.stride,
                columns: weight.columns,
                rows: first..<min(weight.rows, first + chunk),
                tokens: rows.count
            )
        }
    }

    /// Multiplies the rows of each expert by its factor; no factors leave them as they are.
    private func scale(_ x: Tensor, of pairs: ExpertPairs, by factors: [Float]) {
        guard !factors.isEmpty else { return }
        for index in 0..<pairs.activeCount {
            let expert = Int(pairs.active[index])
            let rows = pairs.range(of: expert)
            scale(x.rows(rows.lowerBound, count: rows.count), by: factors[expert])
        }
    }

    /// Adds what adapters' updates make of the rows of each expert; `input` packs these rows.
    private func add(
        _ updates: [LowRankUpdate],
        to y: Tensor,
        of pairs: ExpertPairs,
        _ input: (Kernels.Format) -> PackedRows
    ) {
        for update in updates {
            scoped {
                let (down, up) = (update.down, update.up)
                let low = arena.allocate(rows: pairs.count, columns: down.rows)
                let downFormat = format(of: down)
                multiply(down, downFormat, by: input(downFormat), pairs, into: low)
                scale(low, by: update.scale)
                let upFormat = format(of: up)
                let added = arena.allocate(rows: pairs.count, columns: up.rows)
                multiply(up, upFormat, by: pack(low, for: upFormat), pairs, into: added)
                add(added, to: y)
            }
        }
    }

    /// Sums each row's results by weight, in the order in which its experts were chosen.
    private func combine(_ results: Tensor, _ pairs: ExpertPairs, into y: Tensor) {
        forEachRow(of: y) { row in
            let target = address(y, row: row)
            target.update(repeating: 0, count: y.columns)
            for pair in row * pairs.used..<(row + 1) * pairs.used {
                kernels.addScaled(
                    address(results, row: Int(pairs.places[pair])),
                    by: pairs.weights[pair],
                    to: target,
                    count: y.columns
                )
            }
        }
    }
}
