package import ApusFormats
package import ApusGGUF

/// Which block format each tensor of a model gets under a mix.
///
/// By role, layer and number of experts (`QuantizationMix`), then by architecture (`exceptions`),
/// then by what the shape allows.
package struct QuantizationPolicy: Sendable {
    /// What decides besides the tensor itself.
    package struct Model: Sendable {
        var architecture: String
        var layers: Int
        /// Layers with values of attention, and how many such come before; others may be recurrent.
        var valueLayers: [Int: Int]
        var experts: Int
        /// Whether several query heads share a key.
        var sharesKeys: Bool
        /// Whether the logits have a matrix of their own.
        var hasOutput: Bool

        /// The model of these metadata and tensors.
        ///
        /// - Throws: `GGUFError` for metadata of another type than they should have.
        package init(_ metadata: GGUFMetadata, tensorNames: [String]) throws(GGUFError) {
            architecture = try metadata.optionalString("general.architecture") ?? ""
            layers = max(0, try metadata.optionalInt("\(architecture).block_count") ?? 0)
            experts = try metadata.optionalInt("\(architecture).expert_count") ?? 0
            let heads = Self.heads(metadata, "\(architecture).attention.head_count")
            let keyHeads = Self.heads(metadata, "\(architecture).attention.head_count_kv")
            sharesKeys = heads != nil && keyHeads != nil && heads != keyHeads
            hasOutput = tensorNames.contains("output.weight")
            let values = tensorNames.filter {
                TensorRole(name: $0, dimensions: 2) == .attentionValue
            }
            let ascending = Set(values.map(QuantizationPolicy.layer)).sorted()
            valueLayers = Dictionary(uniqueKeysWithValues: zip(ascending, ascending.indices))
        }

        /// A model of these values.
        package init(
            architecture: String,
            layers: Int,
            experts: Int = 0,
            sharesKeys: Bool = false,
            hasOutput: Bool = false
        ) {
            self.architecture = architecture
            self.layers = layers
            valueLayers = Dictionary(uniqueKeysWithValues: (0..<layers).map { ($0, $0) })
            self.experts = experts
            self.sharesKeys = sharesKeys
            self.hasOutput = hasOutput
        }

        /// A number that all layers share, or nil.
        private static func heads(_ metadata: GGUFMetadata, _ key: String) -> Int? {
            (try? metadata.optionalInt(key)) ?? nil
        }
    }

    /// The mixes that can be made, in the order in which they are listed to people.
    package static let types: [FileType] = [
        .f32, .f16, .bf16, .q8_0, .q4_0, .q4_1, .q5_0, .q5_1, .q4_K_S, .q4_K_M, .q5_K_S, .q5_K_M,
        .q6_K,
    ]

    /// The mix.
    package let type: FileType
    private let mix: QuantizationMix
    private let model: Model

    /// The policy of a mix for a model.
    ///
    /// - Throws: `ConversionError` `unsupportedQuantization`.
    package init(_ type: FileType, for model: Model) throws(ConversionError) {
        guard Self.types.contains(type), let mix = QuantizationMix(type) else {
            throw Self.unsupported(type.name)
        }
        self.type = type
        self.mix = mix
        self.model = model
    }

    /// The mix of a name in any case.
    ///
    /// - Throws: `ConversionError` `unsupportedQuantization`, in Ollama's words.
    package static func type(named name: String) throws(ConversionError) -> FileType {
        guard let type = FileType(name: name), types.contains(type) else {
            throw unsupported(name)
        }
        return type
    }

    /// The format for a tensor; `source` is kept for those that are not quantized.
    ///
    /// `shape` has the outermost dimension first.
    package func format(name: String, shape: [Int], source: BlockFormat) -> BlockFormat {
        let role = TensorRole(name: name, dimensions: shape.count)
        if role == .kept { return source }
        let wanted = exception(name) ?? wanted(role, layer: Self.layer(of: name))
        return Self.fitting(wanted, columns: shape.last ?? 1)
    }

    private func wanted(_ role: TensorRole, layer: Int) -> BlockFormat {
        if role == .output || (role == .tokenEmbedding && !model.hasOutput) { return mix.head }
        let isValue = role == .attentionValue
        let layers = isValue ? model.valueLayers.count : model.layers
        let place = isValue ? model.valueLayers[layer] ?? layer : layer
        let rule = mix.rules.first {
            $0.roles.contains(role) && holds($0.condition, place, of: layers)
        }
        return rule?.format ?? mix.base
    }

    private func holds(
        _ condition: QuantizationMix.Condition,
        _ layer: Int,
        of layers: Int
    ) -> Bool {
        let (eighth, rest) = layers.quotientAndRemainder(dividingBy: 8)
        return switch condition {
        case .spreadLayers:
            layer < eighth || layer >= 7 * eighth + 7 * rest / 8 || (layer - eighth) % 3 == 2
        case .firstLayers(let count): layer < count
        case .firstEighth: layer < eighth
        case .experts(let count): model.experts == count
        case .expertsFrom(let count): model.experts >= count
        case .largeSharedLlama:
            model.architecture == "llama" && model.layers == 80 && model.sharesKeys
        }
    }

    /// Ollama's exceptions, which it makes for two mixes.
    private func exception(_ name: String) -> BlockFormat? {
        guard type == .q4_K_S || type == .q4_K_M else { return nil }
        return Self.exceptions.first { exception in
            exception.architectures.contains(model.architecture)
                && exception.endings.contains { name.hasSuffix("\($0).weight") }
        }?.format
    }

    private static let exceptions:
        [(architectures: [String], endings: [String], format: BlockFormat)] = [
            (["qwen35", "qwen35moe"], [".nextn.eh_proj"], .q8_0),
            (["gemma3n"], ["per_layer_token_embd"], .f16),
            (
                ["deepseek2"],
                [".attn_k_b", ".attn_q_a", ".attn_q_b", ".attn_v_b", ".attn_kv_a_mqa"], .q8_0
            ),
            (["glmocr", "glm4"], ["token_embd", "output"], .f16),
        ]

    /// The format, or where rows are not whole blocks of it, what llama.cpp takes instead: a
    /// larger one with blocks of 32, or F16.
    private static func fitting(_ format: BlockFormat, columns: Int) -> BlockFormat {
        if columns % format.blockSize == 0 { return format }
        let smaller: BlockFormat =
            switch format {
            case .q4_K: .q5_0
            case .q5_K: .q5_1
            case .q6_K: .q8_0
            default: .f16
            }
        return columns % smaller.blockSize == 0 ? smaller : .f16
    }

    /// The layer in `blk.N.…`; 0 for tensors outside of layers.
    private static func layer(of name: String) -> Int {
        let parts = name.split(separator: ".", maxSplits: 2)
        guard parts.count == 3, parts[0] == "blk" else { return 0 }
        return max(0, Int(parts[1]) ?? 0)
    }

    private static func unsupported(_ name: String) -> ConversionError {
        let known = types.map(\.name).joined(separator: ", ")
        return ConversionError(
            .unsupportedQuantization,
            "unsupported quantization type \(name.prefix(80)) - supported types are \(known)"
        )
    }
}
