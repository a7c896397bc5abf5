#if canImport(Glibc)
private import Glibc
#elseif canImport(Darwin)
private import Darwin
#endif

/// Rotary position embedding (Su and others 2021).
///
/// Pairs of a head's numbers are turned by an angle proportional to the position, the frequency
/// falling with the pair's index.
package struct Rotary: Sendable {
    /// Which numbers form a pair.
    package enum Pairing: Sendable {
        /// Neighbours: 2i and 2i+1 (Llama in GGUF).
        case interleaved
        /// i and i + half the rotated dimensions (GPT-NeoX, Qwen).
        case halves
    }

    /// How frequencies change to reach past the trained context.
    package enum Scaling: Sendable, Equatable {
        case none
        /// Positions divided by `factor`.
        case linear(factor: Float)
        /// Frequencies interpolated by wavelength (Peng and others 2023, YaRN).
        case yarn(
            factor: Float,
            originalContext: Int,
            extrapolation: Float,
            attention: Float,
            betaFast: Float,
            betaSlow: Float
        )
    }

    /// Which numbers form a pair.
    package let pairing: Pairing
    /// How many of a head's first numbers are turned; even.
    package let dimensions: Int
    /// Angle of each pair at position 1: [dimensions / 2].
    package let frequencies: [Float]
    /// Factor on sine and cosine.
    package let magnitude: Float

    /// Frequencies for `dimensions` numbers.
    ///
    /// - `base`: the wavelength base, 10,000 in the paper.
    /// - `factors`: divisors of the frequencies that a file brings along (Llama 3, LongRoPE);
    ///   empty for none, else [dimensions / 2].
    package init(
        pairing: Pairing,
        dimensions: Int,
        base: Float,
        scaling: Scaling = .none,
        factors: [Float] = []
    ) {
        precondition(dimensions >= 0 && dimensions % 2 == 0, "rotated dimensions \(dimensions)")
        precondition(factors.isEmpty || factors.count == dimensions / 2, "rope factors")
        self.pairing = pairing
        self.dimensions = dimensions
        let plain = (0..<dimensions / 2).map { pair in
            powf(base, -2 * Float(pair) / Float(dimensions))
                / (factors.isEmpty ? 1 : factors[pair])
        }
        switch scaling {
        case .none:
            frequencies = plain
            magnitude = 1
        case .linear(let factor):
            frequencies = plain.map { $0 / factor }
            magnitude = 1
        case .yarn(let factor, let context, let extrapolation, let attention, let fast, let slow):
            let low = Self.pair(turning: fast, in: context, dimensions: dimensions, base: base)
            let high = Self.pair(turning: slow, in: context, dimensions: dimensions, base: base)
            let first = max(0, low.rounded(.down))
            let last = min(Float(dimensions - 1), high.rounded(.up))
            frequencies = plain.enumerated().map { pair, frequency in
                let ramp = (Float(pair) - first) / max(0.001, last - first)
                let mix = (1 - min(1, max(0, ramp))) * extrapolation
                return frequency / factor * (1 - mix) + frequency * mix
            }
            magnitude = extrapolation == 0 ? attention : attention * (1 + 0.1 * logf(factor))
        }
    }

    /// The pair that makes `turns` full turns over `context` positions (YaRN, section 3.2).
    private static func pair(
        turning turns: Float,
        in context: Int,
        dimensions: Int,
        base: Float
    ) -> Float {
        Float(dimensions) * logf(Float(context) / (turns * 2 * .pi)) / (2 * logf(base))
    }

    /// Cosines and sines at `position`, scaled by `magnitude`: [dimensions / 2] each.
    func fill(
        position: Int32,
        cosines: UnsafeMutablePointer<Float>,
        sines: UnsafeMutablePointer<Float>
    ) {
        for pair in frequencies.indices {
            let angle = Float(position) * frequencies[pair]
            cosines[pair] = cosf(angle) * magnitude
            sines[pair] = sinf(angle) * magnitude
        }
    }
}
