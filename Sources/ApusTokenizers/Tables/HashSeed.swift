/// Odd random multipliers of this process, so that no vocabulary can be made to collide on purpose.
enum HashSeed {
    static let bytes = UInt64.random(in: .min ... .max) | 1
    static let pairs = UInt64.random(in: .min ... .max) | 1
}
