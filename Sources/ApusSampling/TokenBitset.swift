/// A set of tokens, one bit a token: bit `t % 64` of word `t / 64`.
package struct TokenBitset: Sendable, Equatable {
    /// Number of tokens the set can hold: ids `0..<capacity`.
    package let capacity: Int
    /// The bits; those past `capacity` are ignored.
    package var words: [UInt64]

    /// An empty set for a vocabulary of `capacity` tokens.
    package init(capacity: Int) {
        self.capacity = max(capacity, 0)
        words = Array(repeating: 0, count: (max(capacity, 0) + 63) / 64)
    }

    /// Adds a token; ids outside the vocabulary are left out.
    package mutating func insert(_ token: Int32) {
        guard let bit = UInt(exactly: token), bit < UInt(capacity) else { return }
        words[Int(bit / 64)] |= 1 &<< UInt64(bit % 64)
    }

    /// Whether a token is in the set.
    package func contains(_ token: Int32) -> Bool {
        guard let bit = UInt(exactly: token), bit < UInt(capacity) else { return false }
        return words[Int(bit / 64)] & (1 &<< UInt64(bit % 64)) != 0
    }

    /// Clears the bits past `capacity`.
    mutating func clearPastCapacity() {
        guard capacity % 64 > 0, let last = words.indices.last else { return }
        words[last] &= (1 &<< UInt64(capacity % 64)) - 1
    }

    /// Empties the set without giving its memory back.
    package mutating func removeAll() {
        for index in words.indices { words[index] = 0 }
    }
}
