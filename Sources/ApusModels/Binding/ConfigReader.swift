internal import ApusGGUF
internal import ApusTensors

/// Reads numbers under an architecture's prefix, with their range checked.
struct ConfigReader {
    let metadata: GGUFMetadata
    let prefix: String

    /// An integer in `range`; required unless there is a default.
    func count(
        _ name: String,
        _ range: ClosedRange<Int>,
        else fallback: Int? = nil
    ) throws -> Int {
        let key = "\(prefix).\(name)"
        guard let value = try metadata.optionalInt(key) ?? fallback else {
            return try metadata.int(key)
        }
        return try checked(value, key, range)
    }

    /// An integer that all layers share, stored once or once a layer.
    func uniform(
        _ name: String,
        layers: Int,
        _ range: ClosedRange<Int>,
        else fallback: Int? = nil
    ) throws -> Int {
        let key = "\(prefix).\(name)"
        guard let values = try metadata.optionalInts(key, perLayer: layers) else {
            return try count(name, range, else: fallback)
        }
        guard let first = values.first, values.allSatisfy({ $0 == first }) else {
            throw ModelError(
                .unsupportedVariant,
                "'\(key)' differs between layers, which is not supported yet."
            )
        }
        return try checked(first, key, range)
    }

    /// A finite number; required unless there is a default.
    func number(_ name: String, else fallback: Float? = nil) throws -> Float {
        let key = "\(prefix).\(name)"
        let value = try metadata.optionalFloat(key).map { Float($0) } ?? fallback
        guard let value else { return Float(try metadata.float(key)) }
        guard value.isFinite else {
            throw ModelError(.badMetadata, "'\(key)' is \(value), expected a finite number.")
        }
        return value
    }

    /// The kind of scaling under `rope.scaling`.
    func rotaryScaling(context: Int) throws -> Rotary.Scaling {
        let key = "\(prefix).rope.scaling.type"
        let factor = try number(
            "rope.scaling.factor",
            else: number("rope.scale_linear", else: 0)
        )
        switch try metadata.optionalString(key) ?? (factor == 0 ? "none" : "linear") {
        case "none": return .none
        case "linear": return factor == 0 || factor == 1 ? .none : .linear(factor: factor)
        case "yarn":
            let original = try count(
                "rope.scaling.original_context_length",
                1...1 << 30,
                else: context
            )
            return .yarn(
                factor: factor == 0 ? 1 : factor,
                originalContext: original,
                extrapolation: 1,
                attention: try number("rope.scaling.attn_factor", else: 1),
                betaFast: try number("rope.scaling.yarn_beta_fast", else: 32),
                betaSlow: try number("rope.scaling.yarn_beta_slow", else: 1)
            )
        case let other:
            throw ModelError(
                .unsupportedVariant,
                "'\(key)' is '\(other)', expected none, linear or yarn."
            )
        }
    }

    /// The kind under `pooling_type`; GGUF counts none, mean, first, last from 0.
    func pooling() throws -> Pooling? {
        let key = "\(prefix).pooling_type"
        switch try metadata.optionalInt(key) {
        case nil, 0, -1, Int(UInt32.max): return nil
        case 1: return .mean
        case 2: return .first
        case 3: return .last
        case let other?:
            throw ModelError(
                .unsupportedVariant,
                "'\(key)' is \(other), expected 0 to 3."
            )
        }
    }

    private func checked(_ value: Int, _ key: String, _ range: ClosedRange<Int>) throws -> Int {
        guard range.contains(value) else {
            throw ModelError(
                .badMetadata,
                "'\(key)' is \(value), expected \(range.lowerBound) to \(range.upperBound)."
            )
        }
        return value
    }
}
