/// What two neighbouring symbols become, and how soon: lower ranks merge first.
struct Merge: Sendable {
    var rank: UInt32
    var result: Int32
}

/// Merges by pair of symbol ids: an open-addressing hash table.
struct PairTable: Sendable {
    private struct Entry {
        var key: UInt64
        var merge: Merge
    }

    private static let free = UInt64.max
    private var entries: [Entry]
    private let shift: UInt64
    private let seed = HashSeed.pairs

    /// An empty table for up to `capacity` pairs.
    init(capacity: Int) {
        var bits: UInt64 = 4
        while (1 << bits) * 2 < capacity * 3 { bits += 1 }
        shift = 64 - bits
        let empty = Entry(key: Self.free, merge: Merge(rank: 0, result: 0))
        entries = [Entry](repeating: empty, count: 1 << bits)
    }

    /// Adds a pair; the first merge of a pair stays.
    ///
    /// Precondition: fewer than `capacity` are in.
    mutating func insert(_ left: Int32, _ right: Int32, _ merge: Merge) {
        let key = Self.key(left, right)
        let slot = slot(key)
        guard entries[slot].key == Self.free else { return }
        entries[slot] = Entry(key: key, merge: merge)
    }

    func merge(_ left: Int32, _ right: Int32) -> Merge? {
        let entry = entries[slot(Self.key(left, right))]
        return entry.key == Self.free ? nil : entry.merge
    }

    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    private func slot(_ key: UInt64) -> Int {
        var slot = Int(truncatingIfNeeded: (key &* seed) >> shift)
        let mask = entries.count - 1
        while entries[slot].key != key, entries[slot].key != Self.free {
            slot = (slot + 1) & mask
        }
        return slot
    }
}
