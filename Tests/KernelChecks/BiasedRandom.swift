/// Repeatable random numbers that visit zeros and extremes more often than chance would.
package struct BiasedRandom: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    /// SplitMix64 (Steele, Lea and Flood 2014).
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func float() -> Float {
        switch next() % 32 {
        case 0: 0
        case 1: -0.0
        case 2: 60
        case 3: -60
        case 4: 1e-20
        default: Float.random(in: -3...3, using: &self)
        }
    }

    mutating func floats(_ count: Int) -> [Float] {
        (0..<count).map { _ in float() }
    }

    /// Integers of -127...127 with 127 in every 32, so that packing to eight bits loses nothing.
    mutating func integers(_ count: Int) -> [Float] {
        (0..<count).map { $0 % 32 == 7 ? 127 : Float(Int.random(in: -127...127, using: &self)) }
    }

    /// Blocks of random bytes, or of all zeros or ones, with scales that are ordinary numbers.
    mutating func weights(_ format: BlockFormat, blocks: Int, blockBytes: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<blocks {
            let kind = next() % 8
            var block: [UInt8] = []
            while block.count < blockBytes {
                let bits = kind == 0 ? 0 : kind == 1 ? .max : next()
                for shift: UInt64 in 0..<8 {
                    block.append(UInt8(truncatingIfNeeded: bits >> (8 * shift)))
                }
            }
            block.removeLast(block.count - blockBytes)
            if format.isFloat {
                block = floatWeight(format)
            }
            for offset in format.scaleOffsets where !format.isFloat {
                let half = UInt16.random(in: 0x1C00..<0x3000, using: &self)
                let sign: UInt16 = next() % 4 == 0 ? 0x8000 : 0
                block[offset] = UInt8(truncatingIfNeeded: half)
                block[offset + 1] = UInt8((half | sign) >> 8)
            }
            if format.hasExponent {
                block[0] = UInt8.random(in: 110..<140, using: &self)
            }
            if format.endsWithScale {
                block[blockBytes - 1] = block[blockBytes - 1] & 0x0F | 0x20
            }
            bytes += block
        }
        return bytes
    }

    private mutating func floatWeight(_ format: BlockFormat) -> [UInt8] {
        let bits =
            switch format.code {
            case 0: float().bitPattern
            case 1: UInt32.random(in: 0..<0x4800, using: &self) | (next() % 2 == 0 ? 0x8000 : 0)
            default: float().bitPattern >> 16
            }
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt32($0))) }
        return Array(bytes.prefix(format.code == 0 ? 4 : 2))
    }
}
