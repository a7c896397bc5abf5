/// Counts of the tokens that the penalties look at: the last `length`, or all of them.
struct RepetitionWindow: Sendable {
    /// How often each token stands in the window; no entry is 0.
    private(set) var counts: [Int32: Int32] = [:]
    private let length: Int?
    /// The last `length` tokens as a ring; stays empty when the window is unbounded.
    private var ring: [Int32] = []
    /// Where the oldest token stands once the ring is full.
    private var oldest = 0

    /// - Parameter length: how many tokens count; nil for all.
    init(length: Int?) {
        self.length = length
    }

    mutating func append(_ token: Int32) {
        guard let length else {
            counts[token, default: 0] &+= 1
            return
        }
        guard length > 0 else { return }
        if ring.count < length {
            ring.append(token)
        } else {
            let leaving = ring[oldest]
            ring[oldest] = token
            oldest = (oldest + 1) % length
            forget(leaving)
        }
        counts[token, default: 0] &+= 1
    }

    private mutating func forget(_ token: Int32) {
        guard let count = counts[token] else { return }
        counts[token] = count > 1 ? count - 1 : nil
    }
}
