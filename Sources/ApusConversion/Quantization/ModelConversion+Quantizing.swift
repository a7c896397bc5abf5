package import ApusFormats
package import ApusGGUF
internal import ApusTensors

extension ModelConversion {
    /// Plans to quantize a GGUF file; nil when it has that quantization already.
    ///
    /// A split file becomes one file. Tensors that are not quantized, and all metadata but the
    /// type, are taken over.
    /// - Throws: `ConversionError` `quantizedSource` in Ollama's words,
    ///   `unsupportedQuantization`, `io`; `GGUFError` for metadata of a wrong type.
    package static func quantizing(
        _ file: GGUFFile,
        to type: FileType
    ) throws -> ModelConversion? {
        let code = try file.metadata.optionalInt("general.file_type")
        if let code, code == Int(type.code) { return nil }
        let model = try QuantizationPolicy.Model(
            file.metadata,
            tensorNames: file.tensors.map(\.name)
        )
        let policy = try QuantizationPolicy(type, for: model)
        let files = try file.paths.enumerated().map { number, path in
            try RandomAccessFile(path: path, name: "part \(number + 1) of the model")
        }
        let tensors = try file.tensors.map { tensor in
            guard !tensor.format.isQuantized || TensorRole(tensor) == .kept else {
                throw ConversionError(
                    .quantizedSource,
                    "quantization is only supported for F16, BF16 and F32 models"
                )
            }
            let source = TensorBytes(file: file, tensor: tensor, parts: files)
            let format = policy.format(
                name: tensor.name,
                shape: tensor.shape,
                source: tensor.format
            )
            return Tensor(
                GGUFLayout.Tensor(name: tensor.name, format: format, shape: tensor.shape),
                // Floats go through packing even if it changes nothing: it refuses what is no number.
                format == tensor.format && !tensor.format.isFloat
                    ? .copied(source.copy) : .packed(source.read)
            )
        }
        return try ModelConversion(metadata: metadata(of: file, type), tensors: tensors)
    }

    /// The file's metadata without what a split needs, and with the new type.
    private static func metadata(
        of file: GGUFFile,
        _ type: FileType
    ) -> [(key: String, value: GGUFValue)] {
        let replaced = ["general.file_type", "general.quantization_version"]
        let taken = file.metadata.values.filter { key, _ in
            !replaced.contains(key) && !key.hasPrefix("split.")
        }
        return taken + Self.quantizationMetadata(type)
    }

    /// What a file says of its quantization.
    static func quantizationMetadata(
        _ type: FileType
    ) -> [(key: String, value: GGUFValue)] {
        let version: [(key: String, value: GGUFValue)] =
            [.f32, .f16, .bf16].contains(type)
            ? [] : [("general.quantization_version", .uint32(2))]
        return [("general.file_type", .uint32(type.code))] + version
    }
}

extension TensorRole {
    init(_ tensor: GGUFTensor) {
        self.init(name: tensor.name, dimensions: tensor.shape.count)
    }
}

/// The data of a tensor in a GGUF file, read from its part rather than through the mapping.
private struct TensorBytes: Sendable {
    let file: GGUFFile
    let tensor: GGUFTensor
    let parts: [RandomAccessFile]

    /// Calls `body` with some of the data.
    func copy(
        _ range: Range<Int>,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard tensor.fileIndex < parts.count else {
            return try file.withBytes(of: tensor) {
                try body(UnsafeRawBufferPointer(rebasing: $0[range]))
            }
        }
        try withUnsafeTemporaryAllocation(byteCount: range.count, alignment: 64) { buffer in
            try parts[tensor.fileIndex].read(at: tensor.offset + range.lowerBound, into: buffer)
            try body(UnsafeRawBufferPointer(buffer))
        }
    }

    /// Unpacks some of the weights.
    func read(_ range: Range<Int>, into floats: UnsafeMutableBufferPointer<Float>) throws {
        // The format's blocks are single numbers.
        let size = tensor.format.blockBytes
        try copy(range.lowerBound * size..<range.upperBound * size) {
            try WeightPacker.unpack($0, as: tensor.format, into: floats)
        }
    }
}

extension BlockFormat {
    /// Whether a block is one number in floating point.
    fileprivate var isFloat: Bool { [.f32, .f16, .bf16].contains(self) }
}
