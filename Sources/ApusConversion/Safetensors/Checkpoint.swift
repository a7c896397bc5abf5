internal import ApusConversation

/// All tensors of a checkpoint, over however many safetensors files it has.
struct Checkpoint: Sendable {
    /// Tensors by name, scales of 8-bit floats joined to theirs.
    private(set) var tensors: [String: CheckpointTensor] = [:]

    /// Reads the directories of all shards.
    ///
    /// An index, where there is one, has to agree with them.
    /// - Throws: `ConversionError` `badCheckpoint`, `io`.
    init(_ files: CheckpointFiles, config: CheckpointConfig) throws {
        var homes: [String: String] = [:]
        for file in files.shards {
            let shard = try SafetensorsFile(path: file.path, name: file.name)
            for entry in shard.entries {
                guard homes.updateValue(file.name, forKey: entry.name) == nil else {
                    throw ConversionError(
                        .badCheckpoint,
                        "Tensor '\(entry.name)' is in several files, expected in one."
                    )
                }
                if entry.name.hasSuffix("rotary_emb.inv_freq") { continue }
                guard let tensor = CheckpointTensor(entry, in: shard.file) else {
                    throw ConversionError(
                        .unsupportedVariant,
                        "Tensor '\(entry.name)' is of type \(entry.type.prefix(40)), expected "
                            + "F32, F16, BF16, F8_E4M3 or F8_E5M2."
                    )
                }
                tensors[entry.name] = tensor
            }
        }
        try check(files.index, homes)
        try joinScales(config)
    }

    /// Whether weights come as 8-bit floats.
    var hasEightBitFloats: Bool { tensors.values.contains { $0.type.size == 1 } }

    private func check(_ index: JSONValue?, _ homes: [String: String]) throws {
        guard let map = index?["weight_map"]?.objectValue else { return }
        for (name, shard) in map where homes[name] != shard.stringValue {
            throw ConversionError(
                .badCheckpoint,
                "The index says that tensor '\(name)' is in file "
                    + "'\(shard.stringValue ?? "?")', where it is not."
            )
        }
    }

    private mutating func joinScales(_ config: CheckpointConfig) throws {
        let block = try config.scaleBlock()
        for (name, tensor) in tensors where tensor.type.size == 1 {
            for ending in ["_scale_inv", "_scale"] {
                guard let scale = tensors.removeValue(forKey: name + ending) else { continue }
                tensors[name]?.scales = try Self.scales(scale, of: tensor, block)
            }
            if name.hasSuffix(".weight") {
                // The scale of activations, which are not rounded here.
                tensors[name.dropLast(6) + "input_scale"] = nil
            }
        }
    }

    /// Scales of one number, one a row, or one a block.
    private static func scales(
        _ scale: CheckpointTensor,
        of tensor: CheckpointTensor,
        _ block: (rows: Int, columns: Int)
    ) throws -> CheckpointTensor.Scales {
        let width = tensor.shape.last ?? 1
        let rows = tensor.count / max(width, 1)
        func blocks(_ count: Int, _ size: Int) -> Int { (count + size - 1) / size }
        let size: (rows: Int, columns: Int)? =
            switch scale.count {
            case 1: (max(rows, 1), max(width, 1))
            case rows where scale.shape.first == rows: (1, max(width, 1))
            case blocks(rows, block.rows) * blocks(width, block.columns)
            where scale.shape == [blocks(rows, block.rows), blocks(width, block.columns)]:
                block
            default: nil
            }
        guard let size, scale.type.format != nil, tensor.shape.count <= 2 else {
            throw ConversionError(
                .badCheckpoint,
                "Tensor '\(scale.name)' has shape \(scale.shape), which does not fit the "
                    + "\(tensor.shape) of what it scales."
            )
        }
        return CheckpointTensor.Scales(
            values: try scale.values(),
            columns: blocks(width, size.columns),
            blockRows: size.rows,
            blockColumns: size.columns
        )
    }
}
