/// xoshiro256** seeded through SplitMix64, so that any 64-bit seed gives a good state.
///
/// Sources: Blackman and Vigna, "Scrambled linear pseudorandom number generators" (2021); Steele,
/// Lea and Flood, "Fast splittable pseudorandom number generators" (2014). The sequence of a seed
/// is part of the contract: a request with a seed gives the same tokens on every machine whose
/// logits are the same.
struct RandomSource: Sendable, RandomNumberGenerator {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    init(seed: UInt64) {
        var mixed = seed
        func next() -> UInt64 {
            mixed &+= 0x9E37_79B9_7F4A_7C15
            var z = mixed
            z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z &>> 31)
        }
        state = (next(), next(), next(), next())
    }

    mutating func next() -> UInt64 {
        let scrambled = rotated(state.1 &* 5, by: 7) &* 9
        let shifted = state.1 &<< 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = rotated(state.3, by: 45)
        return scrambled
    }

    /// A uniform number in 0..<1 from the upper 53 bits of one step.
    mutating func nextUnit() -> Double {
        Double(next() &>> 11) * 0x1p-53
    }

    private func rotated(_ value: UInt64, by bits: UInt64) -> UInt64 {
        (value &<< bits) | (value &>> (64 - bits))
    }
}
