internal import ApusConversation

/// How much the updates of an adapter count, by its `adapter_config.json`.
///
/// Source: `LoraConfig` of PEFT 0.21 and what its `LoraLayer.update_layer` makes of it.
struct AdapterConfig: Sendable {
    /// The ways to start training after which the updates apply to the model as it was.
    ///
    /// The others (PiSSA, OLoRA, CorDA, LoftQ, LoRA-GA …) change the model's weights too.
    private static let plainStarts: [JSONValue] = [true, false, "gaussian", "eva", "orthogonal"]

    /// Members that turn plain updates into something else, with the values that do not.
    private static let variants: [(key: String, plain: [JSONValue])] = [
        ("bias", ["none"]), ("lora_bias", [false]), ("fan_in_fan_out", [false]),
        ("modules_to_save", [[]]), ("trainable_token_indices", [[], [:]]),
        ("target_parameters", [[]]), ("layer_replication", [[]]),
        ("alora_invocation_tokens", [[]]), ("velora_config", []), ("monteclora_config", []),
        ("arrow_config", []), ("kasa_config", []), ("init_lora_weights", plainStarts),
    ]

    /// The rank, unless some modules have others.
    let rank: Int?
    private let alpha: Float
    /// Whether updates count by the square root of their rank (Kalajdzievski 2023, rsLoRA).
    private let isStabilized: Bool
    private let patterns: [(pattern: ModulePattern, alpha: Float)]
    /// What the file of the adapter says for all updates: its factor is `commonAlpha / rank`.
    let commonAlpha: Float

    /// - Throws: `ConversionError` `badConfig`; `unsupportedVariant` for what cannot be honoured.
    init(_ config: CheckpointConfig) throws {
        guard config.value("peft_type") == "LORA" else {
            throw ConversionError(
                .unsupportedVariant,
                "'peft_type' is not 'LORA' in adapter_config.json: only low-rank updates in PEFT's "
                    + "layout are converted."
            )
        }
        for (key, plain) in Self.variants { try config.require(key, oneOf: plain) }
        for (key, _) in config.members where key.hasPrefix("use_") && key != "use_rslora" {
            try config.require(key, false)
        }
        let rank = try config.count("r")
        let ranks = config.value("rank_pattern")?.objectValue ?? JSONObject()
        self.rank = ranks.isEmpty ? rank : nil
        alpha = try config.number("lora_alpha")
        isStabilized = try config.flag("use_rslora", else: false)
        patterns = try (config.value("alpha_pattern")?.objectValue ?? JSONObject()).map {
            key,
            value in
            guard let alpha = value.doubleValue.map({ Float($0) }), alpha.isFinite,
                let pattern = ModulePattern(key)
            else {
                throw ConversionError(
                    .unsupportedVariant,
                    "'alpha_pattern' has \(value.jsonText().prefix(60)) for '\(key.prefix(80))', "
                        + "expected a number for a module's name."
                )
            }
            return (pattern, alpha)
        }
        commonAlpha = isStabilized ? alpha * Float(rank).squareRoot() : alpha
        guard commonAlpha.isFinite, commonAlpha != 0 else {
            throw ConversionError(
                .badConfig,
                "'lora_alpha' is \(alpha) in adapter_config.json, expected another number than 0."
            )
        }
    }

    /// What the updates of a module have to be multiplied by besides `commonAlpha / rank`.
    ///
    /// - Throws: `ConversionError` `badConfig` when it is too large.
    func factor(module: String, rank: Int) throws -> Float {
        let alpha = patterns.first { $0.pattern.matches(module) }?.alpha ?? alpha
        let factor = (isStabilized ? alpha * Float(rank).squareRoot() : alpha) / commonAlpha
        guard factor.isFinite else {
            throw ConversionError(.badConfig, "The factor of '\(module)' is \(factor).")
        }
        return factor
    }
}

/// A key of PEFT's patterns: the end of a module's name, or all of it after `^`.
///
/// PEFT takes keys for regular expressions; those that are more than a name are not read.
struct ModulePattern: Sendable {
    private let name: String
    private let isWhole: Bool

    /// The pattern of a key; nil when it is more than a name.
    init?(_ key: String) {
        isWhole = key.hasPrefix("^")
        name = (isWhole ? String(key.dropFirst()) : key).replacing("\\.", with: ".")
        let isName = name.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isName, !name.isEmpty else { return nil }
    }

    /// Whether it speaks of the module.
    func matches(_ module: String) -> Bool {
        module == name || !isWhole && module.hasSuffix(".\(name)")
    }
}
