internal import ApusFormats
package import ApusGGUF
package import ApusTensors

/// Hands out the tensors of a file by name, once each, with their type and shape checked.
///
/// A model asks for everything it needs; `finish` then complains of what nobody asked for, so a
/// variant that this code does not know cannot be computed wrongly in silence.
package final class WeightBinder {
    /// The file's metadata and tensors.
    package let file: GGUFFile
    private let backend: any Backend
    private var claimed: Set<String> = []

    package init(file: GGUFFile, backend: any Backend) {
        self.file = file
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

    /// Marks a tensor as known although nothing uses it.
    package func ignore(_ name: String) {
        if contains(name) { claimed.insert(name) }
    }

    /// Checks that every tensor of the file has been asked for.
    ///
    /// - Throws: `ModelError` `unknownTensor` naming the first that has not.
    package func finish() throws {
        guard let left = file.tensors.first(where: { !claimed.contains($0.name) }) else { return }
        throw ModelError(
            .unknownTensor,
            "Tensor '\(left.name)' is not part of the architecture this file names."
        )
    }

    private func claim(_ name: String) throws -> GGUFTensor {
        guard let tensor = file.tensor(named: name) else {
            throw ModelError(.missingTensor, "The file has no tensor '\(name)'.")
        }
        claimed.insert(name)
        return tensor
    }

    private func weight(_ name: String, shape: [Int]) throws -> Weight {
        let tensor = try claim(name)
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
                "Tensor '\(name)' is in the block format \(tensor.format.name), which is not "
                    + "supported yet."
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
