private import CApusKernels

/// Compares conversions between float and 16-bit floats with the scalar version.
package enum ConvertChecks {
    /// All 65,536 half floats and bfloat16 numbers.
    package static func checkWidening(_ set: KernelSet) throws(KernelMismatch) {
        let all = try GuardedBuffer<UInt16>(Array(0...UInt16.max), or: 0)
        let count = all.count
        typealias Conversion = (ck_kernels, UnsafeMutablePointer<Float>, Int) -> Void
        let conversions: [(String, Conversion)] = [
            ("f16_to_f32", { kernels, y, n in kernels.f16_to_f32(all.pointer, y, n) }),
            ("bf16_to_f32", { kernels, y, n in kernels.bf16_to_f32(all.pointer, y, n) }),
        ]
        for (name, convert) in conversions {
            let expected = try Floats(count, filledWith: 0)
            let actual = try Floats(count, filledWith: 0)
            convert(KernelSet.scalar.table.pointee, expected.pointer, count)
            convert(set.table.pointee, actual.pointer, count - 1)
            actual.pointer[count - 1] = expected.pointer[count - 1]
            try expectEqual(expected.elements, actual.elements, "\(set) \(name)")
        }
    }

    /// Random bit patterns, most of them in the range of half floats, and every exact tie.
    package static func checkNarrowing(
        _ set: KernelSet,
        n: Int,
        seed: UInt64
    ) throws(KernelMismatch) {
        var random = BiasedRandom(seed: seed)
        let patterns = (0..<n).map { index -> Float in
            let bits = UInt32.random(in: 0...UInt32.max, using: &random)
            return switch index % 4 {
            case 0: Float(bitPattern: bits)
            case 1: Float(bitPattern: bits & 0x8FFF_FFFF | 0x3800_0000)
            case 2: Float(bitPattern: bits & 0x8FFF_E000 | 0x3000_1000)
            default: Float(bitPattern: bits & 0xFFFF_0000 | 0x8000)
            }
        }
        let x = try Floats(patterns)
        var results: [[UInt16]] = []
        for set in [KernelSet.scalar, set] {
            let halves = try GuardedBuffer<UInt16>(n, filledWith: 0)
            let bfloats = try GuardedBuffer<UInt16>(n, filledWith: 0)
            set.table.pointee.f32_to_f16(x.pointer, halves.pointer, n)
            set.table.pointee.f32_to_bf16(x.pointer, bfloats.pointer, n)
            results.append(halves.elements + bfloats.elements)
        }
        for index in results[0].indices where results[0][index] != results[1][index] {
            throw KernelMismatch(
                "\(set) narrowing \(patterns[index % n].bitPattern) to \(index < n ? "F16" : "BF16"): "
                    + "\(results[1][index]), expected \(results[0][index]), seed \(seed)"
            )
        }
    }
}
