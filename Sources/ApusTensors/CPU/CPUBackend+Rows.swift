internal import ApusFormats

/// Operations that treat each row by itself.
extension CPUBackend {
    package func embed(_ tokens: [Int32], from table: Weight) -> Tensor {
        guard let format = kernels.format(table.format), let start = table.address() else {
            preconditionFailure("embedding table in \(table.format)")
        }
        let y = arena.allocate(rows: tokens.count, columns: table.columns)
        for (row, token) in tokens.enumerated() {
            precondition(token >= 0 && token < table.rows, "token \(token) of \(table.rows)")
            format.unpack(
                start + Int(token) * table.rowBytes,
                into: address(y, row: row),
                count: table.columns
            )
        }
        return y
    }

    package func rows(_ indices: [Int32], of x: Tensor) -> Tensor {
        let y = arena.allocate(rows: indices.count, columns: x.columns)
        for (row, index) in indices.enumerated() {
            precondition(index >= 0 && index < x.rows, "row \(index) of \(x.rows)")
            address(y, row: row).update(from: address(x, row: Int(index)), count: x.columns)
        }
        return y
    }

    package func add(_ y: Tensor, to x: Tensor) {
        precondition(x.rows == y.rows && x.columns == y.columns, "adding unequal shapes")
        forEachRow(of: x) { row in
            let target = address(x, row: row)
            kernels.add(target, address(y, row: row), into: target, count: x.columns)
        }
    }

    package func add(_ bias: Parameter, to x: Tensor) {
        precondition(bias.count == x.columns, "bias of \(bias.count) on \(x.columns)")
        bias.values.withUnsafeBufferPointer { bias in
            guard let bias = bias.baseAddress else { return }
            forEachRow(of: x) { row in
                let target = address(x, row: row)
                kernels.add(target, bias, into: target, count: x.columns)
            }
        }
    }

    package func scale(_ x: Tensor, by factor: Float) {
        forEachRow(of: x) { row in
            let target = address(x, row: row)
            kernels.scale(target, by: factor, into: target, count: x.columns)
        }
    }

    package func rmsNorm(_ x: Tensor, weight: Parameter, epsilon: Float) -> Tensor {
        precondition(weight.count == x.columns, "norm of \(weight.count) on \(x.columns)")
        let y = arena.allocate(rows: x.rows, columns: x.columns)
        weight.values.withUnsafeBufferPointer { weight in
            forEachRow(of: x) { row in
                kernels.rmsNorm(
                    address(x, row: row),
                    weight: weight.baseAddress,
                    into: address(y, row: row),
                    count: x.columns,
                    epsilon: epsilon
                )
            }
        }
        return y
    }

    package func rmsNormHeads(_ x: Tensor, weight: Parameter, epsilon: Float) {
        precondition(
            weight.count > 0 && x.columns % weight.count == 0,
            "head norm of \(weight.count) on \(x.columns)"
        )
        weight.values.withUnsafeBufferPointer { weight in
            forEachRow(of: x) { row in
                for head in 0..<x.columns / weight.count {
                    let target = address(x, row: row) + head * weight.count
                    kernels.rmsNorm(
                        target,
                        weight: weight.baseAddress,
                        into: target,
                        count: weight.count,
                        epsilon: epsilon
                    )
                }
            }
        }
    }

    package func rope(_ x: Tensor, headSize: Int, positions: [Int32], rotary: Rotary) {
        precondition(
            positions.count == x.rows && x.columns % headSize == 0
                && rotary.dimensions <= headSize,
            "rope of \(rotary.dimensions) on heads of \(headSize)"
        )
        let pairs = rotary.dimensions / 2
        scoped {
            let angles = arena.allocate(rows: x.rows, columns: 2 * pairs)
            forEachRow(of: x) { row in
                let cosines = address(angles, row: row)
                rotary.fill(position: positions[row], cosines: cosines, sines: cosines + pairs)
                kernels.rope(
                    address(x, row: row),
                    heads: x.columns / headSize,
                    headSize: headSize,
                    dimensions: rotary.dimensions,
                    cosines: cosines,
                    sines: cosines + pairs,
                    pairing: rotary.pairing
                )
            }
        }
    }

    package func gate(_ x: Tensor, activation: Activation) -> Tensor {
        precondition(x.columns % 2 == 0, "gate and up of \(x.columns) columns")
        let width = x.columns / 2
        let y = arena.allocate(rows: x.rows, columns: width)
        forEachRow(of: x) { row in
            let gate = address(x, row: row)
            kernels.gate(
                gate,
                up: gate + width,
                into: address(y, row: row),
                count: width,
                activation: activation
            )
        }
        return y
    }
}
