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

/// What converting an adapter has to know of the model that it is for.
struct AdaptedModel {
    let architecture: String
    private let heads: Int
    private let keyHeads: Int
    private let experts: Int
    private let turnsNeighbours: Bool

    /// Reads the metadata of a model.
    ///
    /// - Throws: `ConversionError` `unsupportedArchitecture`, `unsupportedVariant`; `GGUFError`.
    init(_ model: GGUFFile) throws {
        let name = try model.metadata.string("general.architecture")
        guard let family = CheckpointArchitecture.all.first(where: { $0.name == name }) else {
            throw ConversionError(
                .unsupportedArchitecture,
                "Adapters of the architecture '\(name)' are not converted."
            )
        }
        architecture = name
        turnsNeighbours = family.turnsNeighbours
        heads = try model.metadata.int("\(name).attention.head_count")
        keyHeads = try model.metadata.optionalInt("\(name).attention.head_count_kv") ?? heads
        experts = try model.metadata.optionalInt("\(name).expert_count") ?? 0
    }

    /// Whether the parts are the experts of a stack, all there and alike, rather than one matrix.
    ///
    /// - Throws: `unsupportedVariant` when they are neither.
    func isStack(_ name: String, _ parts: [AdapterTensors.Pair]) throws -> Bool {
        if parts.count == 1, parts[0].place.expert == nil { return false }
        guard parts.count == experts, parts.enumerated().allSatisfy({ $1.place.expert == $0 }),
            Set(parts.map(\.a.shape)).count == 1, Set(parts.map(\.b.shape)).count == 1
        else {
            throw ConversionError(
                .unsupportedVariant,
                "The adapter has \(parts.count) updates of '\(name)', expected one, or one of "
                    + "equal rank for each of \(experts) experts."
            )
        }
        return true
    }

    /// The heads whose rows are reordered in the update of a tensor; nil for other tensors.
    ///
    /// - Throws: `badCheckpoint` when the rows are not those of the heads.
    func turnedHeads(_ name: String, rows: Int) throws -> Int? {
        guard turnsNeighbours else { return nil }
        let heads: Int
        if name.hasSuffix(".attn_q.weight") {
            heads = self.heads
        } else if name.hasSuffix(".attn_k.weight") {
            heads = keyHeads
        } else {
            return nil
        }
        guard (1...rows).contains(heads), rows % heads == 0, rows / heads % 2 == 0 else {
            throw ConversionError(
                .badCheckpoint,
                "The adapter's update of '\(name)' has \(rows) rows, expected \(heads) heads of "
                    + "an even size."
            )
        }
        return heads
    }
}
