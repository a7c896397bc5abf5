internal import ApusFormats
package import ApusGGUF

extension ModelConversion {
    /// Plans to convert an adapter in PEFT's layout, `adapter_config.json` and safetensors.
    ///
    /// The result is what `GGUFAdapter` reads. Rows of queries and keys are reordered as those of
    /// the weights they update; factors that differ between modules go into the matrices.
    ///
    /// - Parameters:
    ///   - files: the adapter.
    ///   - model: the model that it is for, with the tensors it updates.
    /// - Returns: the conversion, which is not checked against the model's tensors yet.
    /// - Throws: `ConversionError`; `GGUFError` for the model's metadata.
    package static func converting(
        adapter files: CheckpointFiles,
        for model: GGUFFile
    ) throws -> ModelConversion {
        let file = try CheckpointConfig(files, name: "adapter_config.json")
        let config = try AdapterConfig(file)
        let base = try AdaptedModel(model)
        let found = try AdapterTensors(Checkpoint(files, config: file), rank: config.rank)
        guard !found.pairs.isEmpty else {
            throw ConversionError(.badCheckpoint, "The adapter has no tensors.")
        }
        for (name, tensor) in found.copies { try base.check(tensor, isCopyOf: name) }
        var tensors: [Tensor] = []
        for (name, parts) in found.pairs { tensors += try Self.pair(name, parts, config, base) }
        let metadata: [(key: String, value: GGUFValue)] = [
            ("general.architecture", .string(base.architecture)),
            ("general.type", .string("adapter")), ("adapter.type", .string("lora")),
            ("adapter.lora.alpha", .float32(config.commonAlpha)),
        ]
        return try ModelConversion(metadata: metadata, tensors: tensors)
    }

    /// The two tensors of an update.
    private static func pair(
        _ name: String,
        _ parts: [AdapterTensors.Pair],
        _ config: AdapterConfig,
        _ base: AdaptedModel
    ) throws -> [Tensor] {
        let isStack = try base.isStack(name, parts)
        let factors = try parts.map { try config.factor(module: $0.module, rank: $0.rank) }
        let a = StackedTensor(parts: parts.map(\.a), isStack: isStack, turnedHeads: nil)
        let b = StackedTensor(
            parts: parts.map(\.b),
            isStack: isStack,
            turnedHeads: try base.turnedHeads(name, rows: parts[0].b.shape[0])
        )
        let isScaled = factors.contains { $0 != 1 }
        return [
            tensor("\(name).lora_a", a, a.read),
            isScaled
                ? tensor("\(name).lora_b", b, format: .f32) { range, floats in
                    try b.read(range, into: floats)
                    let size = b.parts[0].count
                    for (offset, index) in range.enumerated() {
                        floats[offset] *= factors[index / size]
                    }
                } : tensor("\(name).lora_b", b, b.read),
        ]
    }

    /// A tensor in the format that its numbers come in, F32 for what GGUF has no format for.
    private static func tensor(
        _ name: String,
        _ source: StackedTensor,
        format: BlockFormat? = nil,
        _ read: @escaping WeightReader
    ) -> Tensor {
        let own = Set(source.parts.map { $0.type.format ?? .f32 })
        let format = format ?? (own.count == 1 ? own.first : nil) ?? .f32
        return Tensor(
            GGUFLayout.Tensor(name: name, format: format, shape: source.shape),
            .packed(read)
        )
    }
}
