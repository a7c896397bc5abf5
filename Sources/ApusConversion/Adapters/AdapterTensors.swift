/// The matrices of an adapter in PEFT's layout, in pairs by module.
struct AdapterTensors {
    /// The two matrices of a module.
    struct Pair {
        /// The module's name in the checkpoint: `model.layers.0.self_attn.q_proj`.
        let module: String
        /// Where the module's weight is in GGUF.
        let place: TensorPlace
        /// [rank, inputs].
        let a: CheckpointTensor
        /// [outputs, rank].
        let b: CheckpointTensor

        /// The rank.
        var rank: Int { b.shape.last ?? 0 }
    }

    /// Pairs by the name of the tensor in GGUF; several, sorted, for a stack of experts.
    let pairs: [(name: String, parts: [Pair])]
    /// Copies of the model's own embedding and output matrix, by the name of the tensor in GGUF.
    ///
    /// PEFT saves them along when one of them is updated, or has been resized.
    let copies: [(name: String, tensor: CheckpointTensor)]

    /// Sorts the tensors of a checkpoint; `rank` is what all pairs have, nil when they differ.
    ///
    /// - Throws: `ConversionError` `unsupportedVariant` for tensors that are none of an update,
    ///   `badCheckpoint` for halves of pairs and shapes that do not fit.
    init(_ checkpoint: Checkpoint, rank: Int?) throws {
        var halves: [String: (a: CheckpointTensor?, b: CheckpointTensor?)] = [:]
        var copies: [(name: String, tensor: CheckpointTensor)] = []
        for (name, tensor) in checkpoint.tensors {
            if let place = Self.copies[name] {
                copies.append((place, tensor))
                continue
            }
            guard let (module, isA) = Self.module(of: name) else {
                throw ConversionError(
                    .unsupportedVariant,
                    "Tensor '\(name)' of the adapter is not supported, expected lora_A and lora_B "
                        + "of linear layers."
                )
            }
            if isA { halves[module, default: (nil, nil)].a = tensor }
            if !isA { halves[module, default: (nil, nil)].b = tensor }
        }
        self.copies = copies
        var pairs: [String: [Pair]] = [:]
        for (module, half) in halves {
            let pair = try Self.pair(module, half.a, half.b, rank: rank)
            pairs[pair.place.name, default: []].append(pair)
        }
        self.pairs = pairs.sorted { $0.key < $1.key }.map { name, parts in
            (name, parts.sorted { ($0.place.expert ?? 0) < ($1.place.expert ?? 0) })
        }
    }

    private static let copies = [
        "base_model.model.model.embed_tokens.weight": "token_embd.weight",
        "base_model.model.model.embed_tokens.base_layer.weight": "token_embd.weight",
        "base_model.model.lm_head.weight": "output.weight",
        "base_model.model.lm_head.base_layer.weight": "output.weight",
    ]

    /// The module of `base_model.model.MODULE.lora_A.weight`, and whether it is A.
    private static func module(of name: String) -> (module: String, isA: Bool)? {
        let prefix = "base_model.model."
        guard name.hasPrefix(prefix) else { return nil }
        for (ending, isA) in [(".lora_A.weight", true), (".lora_B.weight", false)]
        where name.hasSuffix(ending) && name.count > prefix.count + ending.count {
            return (String(name.dropFirst(prefix.count).dropLast(ending.count)), isA)
        }
        return nil
    }

    private static func pair(
        _ module: String,
        _ a: CheckpointTensor?,
        _ b: CheckpointTensor?,
        rank: Int?
    ) throws -> Pair {
        guard let place = TensorPlace("\(module).weight") else {
            throw ConversionError(
                .unsupportedVariant,
                "The adapter updates the module '\(module)', which is not known."
            )
        }
        guard let a, let b else {
            throw ConversionError(
                .badCheckpoint,
                "The adapter has no lora_\(a == nil ? "A" : "B") for '\(module)'."
            )
        }
        let found = a.shape.first ?? 0
        guard a.shape.count == 2, b.shape.count == 2, b.shape[1] == found, a.count > 0, b.count > 0,
            rank == nil || rank == found
        else {
            throw ConversionError(
                .badCheckpoint,
                "The adapter's tensors for '\(module)' have the shapes \(a.shape) and \(b.shape), "
                    + "expected a rank of \(rank.map(String.init) ?? "one kind")."
            )
        }
        return Pair(module: module, place: place, a: a, b: b)
    }
}
