/// A number for a text, made byte by byte: equal texts have equal fingerprints, and different ones,
/// for all that can happen, different ones.
///
/// The text's length and its polynomials at two secret points modulo 2^61 - 1 (Carter and Wegman
/// 1979). Two different texts of n bytes agree with probability (n / 2^61)^2, whoever wrote them:
/// about 2^-80 for a megabyte.
struct TextFingerprint: Hashable, Sendable {
    /// Bytes of the text.
    private(set) var length = 0
    private var first: UInt64 = 0
    private var second: UInt64 = 0

    /// The fingerprint of the empty text.
    init() {}

    private static let modulus: UInt64 = (1 << 61) - 1
    private static let points = (
        UInt64.random(in: 1 << 32..<modulus), UInt64.random(in: 1 << 32..<modulus)
    )

    /// Goes on with more of the text.
    mutating func append(_ bytes: some Sequence<UInt8>) {
        let (one, other) = Self.points
        for byte in bytes {
            first = Self.step(first, one, byte)
            second = Self.step(second, other, byte)
            length += 1
        }
    }

    /// `value * point + byte + 1`, reduced; both factors are below 2^61.
    private static func step(_ value: UInt64, _ point: UInt64, _ byte: UInt8) -> UInt64 {
        let (high, low) = value.multipliedFullWidth(by: point)
        // 2^61 is 1 modulo the modulus.
        let folded = (high << 3 | low >> 61) + (low & modulus) + UInt64(byte) + 1
        let sum = (folded >> 61) + (folded & modulus)
        return sum >= modulus ? sum - modulus : sum
    }
}
