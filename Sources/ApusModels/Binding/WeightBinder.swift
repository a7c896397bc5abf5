internal import ApusFormats
package import ApusGGUF
package import ApusTensors

/// Hands out the tensors of a file by name, once each, with their type and shape checked.
///
/// A model asks for everything it needs; `finish` then complains of what nobody asked for, so a
/// variant that this code does not know cannot be computed wrongly in silence. The same holds for
/// what adapters add to the file.
package final class WeightBinder {
    /// The file's metadata and tensors.
    package let file: GGUFFile
    private let backend: any Backend
    private var claimed: Set<String> = []
    private let adapters: [GGUFAdapter]
    /// Tensors whose updates have been asked for.
    private var updated: Set<String> = []

    /// Hands out the tensors of `file`, and of adapters that fit it.
    package init(file: GGUFFile, adapters: [GGUFAdapter] = [], backend: any Backend) {
        self.file = file
        self.adapters = adapters
        self.backend = backend
    }

    /// Whether the file has a tensor of this name.
    package func contains(_ name: String) -> Bool { file.tensor(named: name) != nil }

    /// A matrix [rows, columns].
    ///
    /// - Throws: `ModelError` `missingTensor`, `badShape` or `unsupportedFormat`.
    package func matrix(_ name: String, rows: Int, columns: Int) throws -> Weight {
        try weight(name, shape: [rows, columns])
    }

    /// A stack of matrices [experts, rows, columns].
    ///
    /// - Throws: as `matrix`.
    package func stack(
        _ name: String,
        experts: Int,
        rows: Int,
        columns: Int
    ) throws -> Weight {
        try weight(name, shape: [experts, rows, columns])
    }

    /// A row of `count` floats.
    ///
    /// - Throws: as `matrix`; `unsupportedFormat` when the tensor is not F32.
    package func parameter(_ name: String, count: Int) throws -> Parameter {
        let tensor = try claim(name)
        guard tensor.elementCount == count, tensor.shape.last == count || count == 1 else {
            throw Self.badShape(tensor, [count])
        }
        guard tensor.format == .f32 else {
            throw ModelError(
                .unsupportedFormat,
                "Tensor '\(name)' is \(tensor.format.name), expected F32."
            )
        }
        return Parameter(
            file.withBytes(of: tensor) { bytes in
                (0..<count).map {
                    Float(
                        bitPattern: UInt32(
                            littleEndian: bytes.loadUnaligned(
                                fromByteOffset: $0 * 4,
                                as: UInt32.self
                            )
                        )
                    )
                }
            }
        )
    }

    /// A row of `count` floats, or nil when the file has none of this name.
    package func optionalParameter(_ name: String, count: Int) throws -> Parameter? {
        contains(name) ? try parameter(name, count: count) : nil
    }

    /// What the adapters add to a tensor, in their order.
    ///
    /// - Throws: `ModelError` `unsupportedFormat`, or `badAdapter` for numbers that are not finite.
    package func updates(_ name: String) throws -> [LowRankUpdate] {
        updated.insert(name)
        return try adapters.flatMap { adapter in
            try adapter.pairs.filter { $0.name == name }.map { pair in
                LowRankUpdate(
                    down: try half(pair.a, of: adapter.file),
                    up: try half(pair.b, of: adapter.file),
                    scale: pair.scale
                )
            }
        }
    }

    /// Marks a tensor as known although nothing uses it.
    package func ignore(_ name: String) {
        if contains(name) { claimed.insert(name) }
    }

    /// Checks that every tensor of the file and of its adapters has been asked for.
    ///
    /// - Throws: `ModelError` `unknownTensor` or `badAdapter` naming the first that has not.
    package func finish() throws {
        if let left = file.tensors.first(where: { !claimed.contains($0.name) }) {
            throw ModelError(
                .unknownTensor,
                "Tensor '\(left.name)' is not part of the architecture this file names."
            )
        }
        let names = adapters.flatMap(\.pairs).map(\.name)
        if let left = names.first(where: { !updated.contains($0) }) {
            throw ModelError(
                .badAdapter,
                "The adapter updates '\(left)', which is no matrix that can be updated."
            )
        }
    }

    /// One of the two matrices of an adapter's pair.
    private func half(_ tensor: GGUFTensor, of adapter: GGUFFile) throws -> Weight {
        let weight = try weight(tensor, of: adapter, shape: tensor.shape)
        guard weight.isFinite else {
            throw ModelError(
                .badAdapter,
                "Tensor '\(tensor.name)' of the adapter has numbers that are not finite."
            )
        }
        return weight
    }

    private func claim(_ name: String) throws -> GGUFTensor {
        guard let tensor = file.tensor(named: name) else {
            throw ModelError(.missingTensor, "The file has no tensor '\(name)'.")
        }
        claimed.insert(name)
        return tensor
    }

    private func weight(_ name: String, shape: [Int]) throws -> Weight {
        try weight(claim(name), of: file, shape: shape)
    }

    private func weight(_ tensor: GGUFTensor, of file: GGUFFile, shape: [Int]) throws -> Weight {
        guard tensor.shape == shape,
            let weight = Weight(
                format: tensor.format,
                experts: shape.count == 3 ? shape[0] : 1,
                rows: shape[shape.count - 2],
                columns: shape[shape.count - 1],
                bytes: file.bytes(of: tensor)
            )
        else { throw Self.badShape(tensor, shape) }
        guard backend.supports(weight) else {
            throw ModelError(
                .unsupportedFormat,
                "Tensor '\(tensor.name)' is in the block format \(tensor.format.name), which is "
                    + "not supported yet."
            )
        }
        return weight
    }

    private static func badShape(_ tensor: GGUFTensor, _ expected: [Int]) -> ModelError {
        ModelError(
            .badShape,
            "Tensor '\(tensor.name)' has shape \(tensor.shape), expected \(expected)."
        )
    }
}
