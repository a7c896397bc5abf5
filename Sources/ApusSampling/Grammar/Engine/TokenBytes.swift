/// The bytes of all tokens in one buffer.
struct TokenBytes: Sendable {
    private var data: [UInt8] = []
    /// Token `t` has the bytes from `offsets[t]` up to `offsets[t + 1]`.
    private var offsets: [Int32] = [0]

    init(capacity: Int) {
        offsets.reserveCapacity(capacity + 1)
        data.reserveCapacity(capacity * 7)
    }

    /// Adds the bytes of the next token; empty for one without text.
    mutating func append(_ bytes: [UInt8]) {
        // More than 2 GB of token text does not occur; what would not fit counts as without text.
        if data.count + bytes.count < Int32.max { data += bytes }
        offsets.append(Int32(data.count))
    }

    subscript(token: Int32) -> ArraySlice<UInt8> {
        data[Int(offsets[Int(token)])..<Int(offsets[Int(token) + 1])]
    }

    func count(of token: Int32) -> Int {
        Int(offsets[Int(token) + 1] - offsets[Int(token)])
    }

    /// Lends the buffers for one call.
    func withBytes<Result>(
        _ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<Int32>) -> Result
    ) -> Result {
        data.withUnsafeBufferPointer { data in
            offsets.withUnsafeBufferPointer { offsets in body(data, offsets) }
        }
    }

    /// For each of some bytes the places in a list of tokens that have it.
    func places(of wanted: [UInt8], in tokens: [Int32]) -> [UInt8: [Int32]] {
        var slots = [Int](repeating: -1, count: 256)
        for (slot, byte) in wanted.enumerated() { slots[Int(byte)] = slot }
        var places = [[Int32]](repeating: [], count: wanted.count)
        withBytes { data, offsets in
            for (place, token) in tokens.enumerated() {
                for index in Int(offsets[Int(token)])..<Int(offsets[Int(token) + 1]) {
                    let slot = slots[Int(data[index])]
                    if slot >= 0, places[slot].last != Int32(place) {
                        places[slot].append(Int32(place))
                    }
                }
            }
        }
        return Dictionary(uniqueKeysWithValues: zip(wanted, places))
    }

    /// The tokens in the order of their bytes, those with equal bytes by number.
    func sorted(_ tokens: [Int32]) -> [Int32] {
        // Eight bytes decide nearly every comparison.
        struct Key {
            let prefix: UInt64
            let token: Int32
        }
        return withBytes { data, offsets in
            var keys = tokens.map { token in
                let range = Int(offsets[Int(token)])..<Int(offsets[Int(token) + 1])
                var prefix: UInt64 = 0
                for place in 0..<8 {
                    prefix <<= 8
                    if place < range.count { prefix |= UInt64(data[range.lowerBound + place]) }
                }
                return Key(prefix: prefix, token: token)
            }
            keys.sort { a, b in
                if a.prefix != b.prefix { return a.prefix < b.prefix }
                let left = Int(offsets[Int(a.token)])..<Int(offsets[Int(a.token) + 1])
                let right = Int(offsets[Int(b.token)])..<Int(offsets[Int(b.token) + 1])
                let shared = min(left.count, right.count)
                for place in 0..<shared {
                    let (x, y) = (data[left.lowerBound + place], data[right.lowerBound + place])
                    if x != y { return x < y }
                }
                return left.count == right.count ? a.token < b.token : left.count < right.count
            }
            return keys.map(\.token)
        }
    }
}
