/// A token and its logit in one integer that sorts like (logit descending, token ascending).
///
/// The upper half is the logit's bit pattern made monotonic: positive floats get their sign bit
/// set, negative ones are inverted. The lower half is the token's complement, so that of two equal
/// logits the smaller token has the larger key. Minus zero is stored as zero, hence ties are exact;
/// plus infinity as the largest finite number, so that differences of logits are numbers.
struct CandidateKey: Sendable, Comparable {
    let raw: UInt64

    init(logit: Float, token: Int32) {
        let bits = (min(logit, .greatestFiniteMagnitude) + 0).bitPattern
        let ordered = bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
        raw = UInt64(ordered) << 32 | UInt64(~UInt32(bitPattern: token))
    }

    var token: Int32 { Int32(bitPattern: ~UInt32(truncatingIfNeeded: raw)) }

    var logit: Float {
        let ordered = UInt32(truncatingIfNeeded: raw >> 32)
        let bits = ordered & 0x8000_0000 != 0 ? ordered & 0x7FFF_FFFF : ~ordered
        return Float(bitPattern: bits)
    }

    static func < (left: CandidateKey, right: CandidateKey) -> Bool { left.raw < right.raw }
}
