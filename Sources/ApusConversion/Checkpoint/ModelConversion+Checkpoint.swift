package import ApusFormats
internal import ApusGGUF

extension ModelConversion {
    /// Plans to convert a checkpoint of Hugging Face's layout: `config.json`, safetensors, and the
    /// tokenizer.
    ///
    /// - Parameters:
    ///   - files: the checkpoint.
    ///   - type: the quantization; nil for BF16 of checkpoints that are that, Q8_0 of checkpoints
    ///     in 8-bit floats, and F16 of others.
    /// - Returns: the conversion and its quantization.
    /// - Throws: `ConversionError`.
    package static func converting(
        _ files: CheckpointFiles,
        to type: FileType?
    ) throws -> (conversion: ModelConversion, type: FileType) {
        let config = try CheckpointConfig(files)
        let architecture = try CheckpointArchitecture.of(config)
        let sizes = try CheckpointSizes(config, architecture)
        let checkpoint = try Checkpoint(files, config: config)
        let type = type ?? checkpoint.plainType
        var stacks = try Self.stacks(checkpoint, architecture, sizes)
        if sizes.sharesEmbedding { stacks["output.weight"] = nil }
        try sizes.check(stacks)
        let policy = try QuantizationPolicy(
            type,
            for: QuantizationPolicy.Model(
                architecture: architecture.name,
                layers: sizes.layers,
                experts: sizes.experts,
                sharesKeys: sizes.heads != sizes.keyHeads,
                hasOutput: stacks["output.weight"] != nil
            )
        )
        var tensors = Self.order(stacks).map { name, stack in
            let format = policy.format(name: name, shape: stack.shape, source: .f32)
            return Tensor(
                GGUFLayout.Tensor(name: name, format: format, shape: stack.shape),
                .packed(stack.read)
            )
        }
        if let factors = try sizes.rotary.factors(dimensions: sizes.headSize) {
            tensors.insert(Self.constant("rope_freqs.weight", factors), at: 0)
        }
        let rows = stacks["token_embd.weight"]?.shape.first ?? 0
        let metadata =
            [
                ("general.architecture", .string(architecture.name)),
                ("general.type", .string("model")),
            ]
            + quantizationMetadata(type) + (try sizes.metadata(architecture.name))
            + (try CheckpointTokenizer(files, config: config, rows: rows).metadata)
        return (try ModelConversion(metadata: metadata, tensors: tensors), type)
    }

    /// The checkpoint's tensors under their names in GGUF, experts stacked.
    private static func stacks(
        _ checkpoint: Checkpoint,
        _ architecture: CheckpointArchitecture,
        _ sizes: CheckpointSizes
    ) throws -> [String: StackedTensor] {
        var parts: [String: [Int: CheckpointTensor]] = [:]
        var single: [String: CheckpointTensor] = [:]
        for (source, tensor) in checkpoint.tensors {
            guard let place = TensorPlace(source), !tensor.shape.isEmpty, tensor.count > 0 else {
                throw ConversionError(
                    .unsupportedVariant,
                    "Tensor '\(source)' of shape \(tensor.shape) is not part of the architecture "
                        + "that config.json names."
                )
            }
            if let expert = place.expert {
                parts[place.name, default: [:]][expert] = tensor
            } else {
                single[place.name] = tensor
            }
        }
        var stacks: [String: StackedTensor] = [:]
        for (name, tensor) in single {
            let heads = try architecture.turnsNeighbours ? sizes.turnedHeads(name, tensor) : nil
            stacks[name] = StackedTensor(parts: [tensor], isStack: false, turnedHeads: heads)
        }
        for (name, experts) in parts {
            let list = (0..<sizes.experts).compactMap { experts[$0] }
            guard list.count == sizes.experts, experts.count == list.count,
                Set(list.map(\.shape)).count == 1
            else {
                throw ConversionError(
                    .badCheckpoint,
                    "'\(name)' is made of \(experts.count) experts, expected \(sizes.experts) of "
                        + "equal shape."
                )
            }
            stacks[name] = StackedTensor(parts: list, isStack: true, turnedHeads: nil)
        }
        return stacks
    }

    /// Embedding, layers in order, output.
    private static func order(
        _ stacks: [String: StackedTensor]
    ) -> [(key: String, value: StackedTensor)] {
        func rank(_ name: String) -> Int {
            if name.hasPrefix("token_embd") { return -1 }
            guard name.hasPrefix("blk.") else { return .max }
            return Int(name.split(separator: ".")[1]) ?? .max
        }
        return stacks.sorted { (rank($0.key), $0.key) < (rank($1.key), $1.key) }
    }

    /// A tensor of numbers that no file has.
    private static func constant(_ name: String, _ values: [Float]) -> Tensor {
        Tensor(
            GGUFLayout.Tensor(name: name, format: .f32, shape: [values.count]),
            .packed { range, floats in
                for (offset, index) in range.enumerated() { floats[offset] = values[index] }
            }
        )
    }
}

extension Checkpoint {
    /// What a checkpoint becomes when nobody asks for a quantization.
    var plainType: FileType {
        if hasEightBitFloats { return .q8_0 }
        return tensors.values.contains { $0.type == .bf16 } ? .bf16 : .f16
    }
}

extension CheckpointSizes {
    /// Refuses a checkpoint that lacks a tensor, or has layers that config.json does not speak of.
    fileprivate func check(_ stacks: [String: StackedTensor]) throws(ConversionError) {
        let feedForward =
            experts > 0
            ? ["ffn_gate_inp", "ffn_gate_exps", "ffn_up_exps", "ffn_down_exps"]
            : ["ffn_gate", "ffn_up", "ffn_down"]
        let attention = ["attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm"]
        func require(_ name: String) throws(ConversionError) {
            if stacks["\(name).weight"] != nil { return }
            throw ConversionError(
                .badCheckpoint,
                "The checkpoint has no tensor for '\(name).weight'."
            )
        }
        try require("token_embd")
        try require("output_norm")
        if !sharesEmbedding { try require("output") }
        for layer in 0..<layers {
            for part in attention + feedForward { try require("blk.\(layer).\(part)") }
        }
        if stacks.keys.contains(where: { $0.hasPrefix("blk.\(layers).") }) {
            throw ConversionError(
                .badCheckpoint,
                "The checkpoint has a layer \(layers), but config.json speaks of \(layers) layers."
            )
        }
    }

    /// The heads whose rows are reordered in a tensor; nil for other tensors than queries and keys.
    ///
    /// - Throws: `badCheckpoint` when the rows are not those of the heads.
    fileprivate func turnedHeads(_ name: String, _ tensor: CheckpointTensor) throws -> Int? {
        let heads: Int
        if name.hasSuffix(".attn_q.weight") || name.hasSuffix(".attn_q.bias") {
            heads = self.heads
        } else if name.hasSuffix(".attn_k.weight") || name.hasSuffix(".attn_k.bias") {
            heads = keyHeads
        } else {
            return nil
        }
        guard tensor.shape.first == heads * headSize else {
            throw ConversionError(
                .badCheckpoint,
                "Tensor '\(tensor.name)' has shape \(tensor.shape), expected \(heads) heads of "
                    + "\(headSize)."
            )
        }
        return heads
    }
}
