internal import ApusGGUF

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// How a checkpoint turns queries and keys by position.
struct CheckpointRotary: Sendable {
    /// `default`, `linear`, `yarn` or `llama3`.
    let kind: String
    /// Wavelength base.
    let base: Float
    /// The numbers of the kind, by name.
    let numbers: [String: Float]

    /// Metadata under `rope`, without the architecture's prefix.
    ///
    /// - Throws: `ConversionError` `unsupportedVariant`, `badConfig`.
    func metadata(context: Int) throws -> [(key: String, value: GGUFValue)] {
        var entries: [(key: String, value: GGUFValue)] = [("rope.freq_base", .float32(base))]
        switch kind {
        case "default", "llama3": break
        case "linear":
            entries += [
                ("rope.scaling.type", .string("linear")),
                ("rope.scaling.factor", .float32(try number("factor"))),
            ]
        case "yarn":
            try check(["beta_fast": 32, "beta_slow": 1])
            let original = numbers["original_max_position_embeddings"].map { Int($0) }
            entries += [
                ("rope.scaling.type", .string("yarn")),
                ("rope.scaling.factor", .float32(try number("factor"))),
                (
                    "rope.scaling.original_context_length",
                    .uint32(UInt32(clamping: original ?? context))
                ),
            ]
        default:
            throw ConversionError(
                .unsupportedVariant,
                "The rotation is of type '\(kind.prefix(40))', expected default, linear, yarn "
                    + "or llama3."
            )
        }
        return entries
    }

    /// What Llama 3.1 divides frequencies by: [dimensions / 2]; nil for other kinds.
    ///
    /// Long wavelengths are stretched by `factor`, short ones not at all, those between in part.
    /// Source: `_compute_llama3_parameters` of transformers.
    func factors(dimensions: Int) throws -> [Float]? {
        guard kind == "llama3" else { return nil }
        let (factor, low, high) = (
            try number("factor"), try number("low_freq_factor"), try number("high_freq_factor")
        )
        let context = try number("original_max_position_embeddings")
        guard low != high, factor != 0 else {
            throw ConversionError(.badConfig, "The factors of the llama3 rotation are degenerate.")
        }
        return (0..<dimensions / 2).map { index in
            let wavelength = 2 * Float.pi * pow(base, Float(2 * index) / Float(dimensions))
            if wavelength < context / high { return 1 }
            if wavelength > context / low { return factor }
            let smooth = (context / wavelength - low) / (high - low)
            return 1 / ((1 - smooth) / factor + smooth)
        }
    }

    private func number(_ name: String) throws -> Float {
        guard let number = numbers[name], number > 0 else {
            throw ConversionError(
                .badConfig,
                "The rotation of type \(kind) has no positive '\(name)' in config.json."
            )
        }
        return number
    }

    /// Refuses other values than these, which the engine takes for granted.
    private func check(_ expected: [String: Float]) throws {
        let known = Set(expected.keys).union([
            "factor", "original_max_position_embeddings", "rope_theta", "partial_rotary_factor",
        ])
        for (name, value) in numbers where expected[name] != value {
            guard known.contains(name), expected[name] == nil else {
                throw ConversionError(
                    .unsupportedVariant,
                    "'\(name)' of the rotation is \(value), which is not supported."
                )
            }
        }
    }
}
