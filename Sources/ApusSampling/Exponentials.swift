#if canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#elseif canImport(Darwin)
private import Darwin
#endif

/// Sum of exp(logit - maximum); NaN counts as minus infinity, plus infinity as `maximum`.
///
/// Relative error below 3e-7. Terms under exp(-40) are left out: all of a large vocabulary
/// together stay under 1e-11 of the sum, which is at least 1.
func sumOfExponentials(_ logits: Span<Float>, maximum: Float) -> Double {
    let blockLength = 64
    let whole = logits.count - logits.count % blockLength
    let bytes = logits.bytes
    var sum = 0.0
    for start in stride(from: 0, to: whole, by: blockLength) {
        var lanes = SIMD8<Float>()
        for index in stride(from: start, to: start + blockLength, by: 8) {
            let values = bytes.unsafeLoadUnaligned(
                fromByteOffset: index * 4,
                as: SIMD8<Float>.self
            )
            lanes += exponential(values - maximum)
        }
        sum += Double(lanes.sum())
    }
    for index in whole..<logits.count {
        let difference = logits[index] - maximum
        if difference > -40 { sum += exp(Double(min(difference, 0))) }
    }
    return sum
}

/// exp(x) for x at most 0 and above -40, else 0; positive x count as 0.
///
/// x = n ln 2 + r with |r| <= ln(2) / 2: 2^n is put together from bits, exp(r) is its Taylor
/// polynomial of degree 6, whose error there is 1.2e-7. Adding 1.5 * 2^23 rounds to an integer and
/// leaves it in the low bits of the sum.
private func exponential(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let live = x .> -40
    let clamped = x.replacing(with: 0, where: x .> 0).replacing(with: 0, where: .!live)
    let magic: Float = 12_582_912
    let shifted = clamped * 1.442_695_04 + magic
    let n = shifted - magic
    // ln 2 in two parts, the first of few bits so that n times it is exact.
    let r = clamped - n * 0.693_359_375 + n * 2.121_944_4e-4
    var series = r * (1.0 / 720) + (1.0 / 120)
    series = series * r + (1.0 / 24)
    series = series * r + (1.0 / 6)
    series = series * r + 0.5
    series = series * r + 1
    series = series * r + 1
    // Safe: both are vectors of eight 4-byte lanes for which every bit pattern is a value.
    let exponents = unsafeBitCast(shifted, to: SIMD8<UInt32>.self) &<< 23
    let scale = unsafeBitCast(exponents &+ 0x3F80_0000, to: SIMD8<Float>.self)
    return (series * scale).replacing(with: 0, where: .!live)
}
