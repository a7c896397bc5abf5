/// A file of low-rank updates to the matrices of a model (LoRA).
///
/// Metadata: `general.type` is `adapter`, `general.architecture` the model's, `adapter.type` is
/// `lora`, and `adapter.lora.alpha` is a number. Tensors come in pairs: for the model's `NAME` of
/// [rows, columns] there are `NAME.lora_a` [rank, columns] and `NAME.lora_b` [rows, rank]; for a
/// stack of experts all three have a dimension more in front. The model computes with
/// `NAME + alpha / rank * b * a`; an alpha of 0, or none, stands for the factor 1. Source:
/// llama.cpp, `src/llama-adapter.cpp` and `llama_adapter_lora_weight::get_scale`.
package struct GGUFAdapter: Sendable {
    /// The update of one tensor.
    package struct Pair: Sendable {
        /// The tensor of the model.
        package let name: String
        /// [rank, columns] or [experts, rank, columns].
        package let a: GGUFTensor
        /// [rows, rank] or [experts, rows, rank].
        package let b: GGUFTensor
        /// Factor on the product.
        package let scale: Float

        /// The shape of a tensor that this updates.
        package var targetShape: [Int] { b.shape.dropLast() + a.shape.suffix(1) }
    }

    /// Largest rank; those in use go up to a few hundred.
    package static let maximumRank = 1 << 14

    /// The file.
    package let file: GGUFFile
    /// The architecture of the model this is for.
    package let architecture: String
    /// The updates, in the file's order.
    package let pairs: [Pair]

    /// Reads what `file` updates.
    ///
    /// - Throws: `GGUFError` `badAdapter`; `missingKey` or `wrongType` for metadata.
    package init(_ file: GGUFFile) throws(GGUFError) {
        self.file = file
        architecture = try file.metadata.string("general.architecture")
        let alpha = try Self.alpha(file.metadata)
        var halves: [String: (a: GGUFTensor?, b: GGUFTensor?)] = [:]
        var names: [String] = []
        for tensor in file.tensors {
            guard let (name, isA) = Self.target(of: tensor.name) else {
                throw GGUFError(
                    .badAdapter,
                    "Tensor '\(tensor.name)' of the adapter is neither lora_a nor lora_b."
                )
            }
            if halves[name] == nil { names.append(name) }
            if isA { halves[name, default: (nil, nil)].a = tensor }
            if !isA { halves[name, default: (nil, nil)].b = tensor }
        }
        var pairs: [Pair] = []
        for name in names {
            pairs.append(try Self.pair(name, halves[name]?.a, halves[name]?.b, alpha: alpha))
        }
        guard !pairs.isEmpty else { throw GGUFError(.badAdapter, "The adapter has no tensors.") }
        self.pairs = pairs
    }

    /// Checks that every pair has its tensor in `model`, and that shapes and architectures agree.
    ///
    /// - Throws: `GGUFError` `badAdapter`; `missingKey` or `wrongType` for the model's metadata.
    package func check(against model: GGUFFile) throws(GGUFError) {
        let other = try model.metadata.string("general.architecture")
        guard architecture == other else {
            throw GGUFError(
                .badAdapter,
                "The adapter is for the architecture '\(architecture)', the model has '\(other)'."
            )
        }
        for pair in pairs {
            guard let target = model.tensor(named: pair.name) else {
                throw GGUFError(
                    .badAdapter,
                    "The adapter updates '\(pair.name)', which the model does not have."
                )
            }
            guard pair.name != "token_embd.weight" else {
                throw GGUFError(
                    .badAdapter,
                    "The adapter updates '\(pair.name)'; updates of embeddings are not supported."
                )
            }
            guard target.shape == pair.targetShape else {
                throw GGUFError(
                    .badAdapter,
                    "The adapter's pair for '\(pair.name)' has the shapes \(pair.a.shape) and "
                        + "\(pair.b.shape), which do not update \(target.shape)."
                )
            }
        }
    }

    private static func alpha(_ metadata: GGUFMetadata) throws(GGUFError) -> Float {
        let kind = try metadata.optionalString("general.type") ?? "model"
        guard kind == "adapter" else {
            throw GGUFError(.badAdapter, "'general.type' is '\(kind)', expected 'adapter'.")
        }
        let method = try metadata.string("adapter.type")
        guard method == "lora" else {
            throw GGUFError(.badAdapter, "'adapter.type' is '\(method)', expected 'lora'.")
        }
        let tokens = "adapter.alora.invocation_tokens"
        guard !metadata.contains(tokens) else {
            throw GGUFError(
                .badAdapter,
                "The adapter has '\(tokens)'; adapters that tokens switch on are not supported."
            )
        }
        let alpha = Float(try metadata.optionalFloat("adapter.lora.alpha") ?? 0)
        guard alpha.isFinite else {
            throw GGUFError(
                .badAdapter,
                "'adapter.lora.alpha' is \(alpha), expected a finite number."
            )
        }
        return alpha
    }

    /// `blk.0.attn_q.weight` and true for `blk.0.attn_q.weight.lora_a`.
    private static func target(of name: String) -> (name: String, isA: Bool)? {
        for (ending, isA) in [(".lora_a", true), (".lora_b", false)]
        where name.hasSuffix(ending) && name.count > ending.count {
            return (String(name.dropLast(ending.count)), isA)
        }
        return nil
    }

    private static func pair(
        _ name: String,
        _ a: GGUFTensor?,
        _ b: GGUFTensor?,
        alpha: Float
    ) throws(GGUFError) -> Pair {
        guard let a, let b else {
            throw GGUFError(
                .badAdapter,
                "The adapter has no '\(name).\(a == nil ? "lora_a" : "lora_b")'."
            )
        }
        // Embeddings come the other way round: [tokens, rank] and [width, rank].
        let rank = b.shape.last ?? 0
        let isTurned = name == "token_embd.weight"
        guard (2...3).contains(a.shape.count), a.shape.count == b.shape.count,
            a.shape.dropLast(2) == b.shape.dropLast(2),
            a.shape[a.shape.count - (isTurned ? 1 : 2)] == rank
        else {
            throw GGUFError(
                .badAdapter,
                "The adapter's pair for '\(name)' has the shapes \(a.shape) and \(b.shape), which "
                    + "are not those of a low-rank update."
            )
        }
        guard rank <= maximumRank else {
            throw GGUFError(
                .badAdapter,
                "The adapter's pair for '\(name)' has the rank \(rank), expected at most "
                    + "\(maximumRank)."
            )
        }
        return Pair(name: name, a: a, b: b, scale: alpha == 0 ? 1 : alpha / Float(rank))
    }
}
