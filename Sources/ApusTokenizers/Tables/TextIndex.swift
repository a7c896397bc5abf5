/// Finds the id of a byte string: an open-addressing hash table over ``ByteStrings``.
///
/// Ids are positions in the list. A string that occurs twice is found under its first id. Strings
/// can be appended without being findable, so that ids stay those of the vocabulary.
struct TextIndex: Sendable {
    private(set) var strings = ByteStrings()
    /// The most bytes a findable string has.
    private(set) var longest = 0
    private var slots: [Int32] = []
    private var used = 0
    private let seed = HashSeed.bytes

    init(capacity: Int, bytes: Int) {
        strings.reserve(capacity, bytes: bytes)
        slots = Self.emptySlots(for: capacity)
    }

    var count: Int { strings.count }

    /// Appends a string under the next id.
    ///
    /// An empty string is never findable.
    mutating func append(_ string: some Sequence<UInt8>, findable: Bool = true) {
        let id = strings.count
        strings.append(string)
        let range = strings.range(id)
        guard findable, !range.isEmpty else { return }
        let slot = slot(of: strings.bytes, range)
        guard slots[slot] < 0 else { return }
        slots[slot] = Int32(id)
        longest = max(longest, range.count)
        used += 1
        if used * 4 > slots.count * 3 { grow() }
    }

    /// The id of `bytes[range]`, or `nil`.
    ///
    /// Complexity: O(length).
    func id(of bytes: [UInt8], _ range: Range<Int>) -> Int32? {
        guard !range.isEmpty, range.count <= longest else { return nil }
        let id = slots[slot(of: bytes, range)]
        return id < 0 ? nil : id
    }

    /// The slot that holds the string, or the free one where it would go.
    private func slot(of text: [UInt8], _ range: Range<Int>) -> Int {
        var hash: UInt64 = seed
        var index = range.lowerBound
        while index < range.upperBound {
            hash = (hash ^ UInt64(text[index])) &* seed
            index += 1
        }
        let mask = slots.count - 1
        // The high bits depend on every byte, the low ones do not.
        var slot = Int(truncatingIfNeeded: hash >> 36) & mask
        while slots[slot] >= 0, !equals(Int(slots[slot]), text, range) {
            slot = (slot + 1) & mask
        }
        return slot
    }

    private func equals(_ id: Int, _ text: [UInt8], _ range: Range<Int>) -> Bool {
        let own = strings.range(id)
        guard own.count == range.count else { return false }
        var offset = 0
        while offset < own.count {
            if strings.bytes[own.lowerBound + offset] != text[range.lowerBound + offset] {
                return false
            }
            offset += 1
        }
        return true
    }

    private mutating func grow() {
        let ids = slots.filter { $0 >= 0 }
        slots = [Int32](repeating: -1, count: slots.count * 2)
        for id in ids {
            slots[slot(of: strings.bytes, strings.range(Int(id)))] = id
        }
    }

    private static func emptySlots(for capacity: Int) -> [Int32] {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        return [Int32](repeating: -1, count: size)
    }
}

extension TextIndex {
    func id(of string: String) -> Int32? {
        let bytes = Array(string.utf8)
        return id(of: bytes, 0..<bytes.count)
    }
}
