internal import ApusFormats

/// Products of packed weights and rows of activations.
extension CPUBackend {
    /// Rows of activations in the form that a family of block formats multiplies with.
    struct PackedRows {
        let start: UnsafeMutableRawPointer
        let rowBytes: Int
        let kind: UInt32

        func row(_ index: Int) -> UnsafeMutableRawPointer { start + index * rowBytes }
    }

    package func matmul(_ x: Tensor, _ weights: [Weight]) -> Tensor {
        let rows = weights.reduce(0) { $0 + $1.rows }
        let y = arena.allocate(rows: x.rows, columns: rows)
        scoped {
            let chunk = chunkRows(of: rows)
            var packed: PackedRows?
            var first = 0
            for weight in weights {
                precondition(weight.columns == x.columns, "weight columns \(weight.columns)")
                let format = format(of: weight)
                if packed?.kind != format.activationKind { packed = pack(x, for: format) }
                if let packed {
                    multiply(
                        weight,
                        format,
                        by: packed,
                        into: y.columns(first, count: weight.rows),
                        chunk: chunk
                    )
                }
                first += weight.rows
            }
        }
        return y
    }

    /// One weight's product, shared out by rows of the weight.
    private func multiply(
        _ weight: Weight,
        _ format: Kernels.Format,
        by packed: PackedRows,
        into y: Tensor,
        chunk: Int
    ) {
        guard let start = weight.address() else { return }
        pool.run((weight.rows + chunk - 1) / chunk) { item, _ in
            format.matmul(
                start,
                rowBytes: weight.rowBytes,
                activations: packed.start,
                activationBytes: packed.rowBytes,
                into: address(y),
                stride: y.stride,
                columns: weight.columns,
                rows: item * chunk..<min(weight.rows, (item + 1) * chunk),
                tokens: y.rows
            )
        }
    }

    /// Kernels for a weight's format.
    func format(of weight: Weight) -> Kernels.Format {
        guard let format = kernels.format(weight.format) else {
            preconditionFailure("no kernels for \(weight.format)")
        }
        return format
    }

    /// Packs every row of `x` for weights of `format`.
    func pack(_ x: Tensor, for format: Kernels.Format) -> PackedRows {
        let packed = packedRows(x.rows, columns: x.columns, for: format)
        forEachRow(of: x) { row in
            format.packActivations(
                address(x, row: row),
                into: packed.row(row),
                count: x.columns
            )
        }
        return packed
    }

    /// Room for packed rows.
    func packedRows(_ rows: Int, columns: Int, for format: Kernels.Format) -> PackedRows {
        let bytes = format.activationBytes(columns)
        let room = arena.allocate(
            rows: rows,
            columns: (bytes + 3) / MemoryLayout<Float>.size
        )
        return PackedRows(
            start: UnsafeMutableRawPointer(address(room)),
            rowBytes: room.stride * MemoryLayout<Float>.size,
            kind: format.activationKind
        )
    }

    /// Rows of a weight that a thread takes at a time: whole panels of the kernels, small enough
    /// that threads end together, large enough to stream.
    func chunkRows(of rows: Int) -> Int {
        let even = rows / (pool.threads * 8)
        return max(Self.panelRows, even / Self.panelRows * Self.panelRows)
    }

    /// Rows that the kernels unpack together.
    static let panelRows = 32
}
