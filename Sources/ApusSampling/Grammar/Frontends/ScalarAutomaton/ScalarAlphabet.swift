/// A partition of the scalars into classes that an automaton need not tell apart.
///
/// Segments cover 0...10FFFF in ascending order; neighbours differ in class. Classes are numbered in
/// the order of their first scalar, so equal partitions are equal values. Surrogates have class -1.
struct ScalarAlphabet: Sendable, Hashable {
    /// One run of scalars.
    struct Segment: Sendable, Hashable {
        /// First scalar; the run ends where the next segment begins.
        let start: UInt32
        /// Its class.
        let classIndex: Int
    }

    let segments: [Segment]
    let classCount: Int

    /// One class for all scalars.
    static let single = ScalarAlphabet(
        starts: [0, 0xD800, 0xE000],
        keys: [0, nil, 0]
    )

    /// Runs that begin at `starts`, in one class where their keys are equal; nil for surrogates.
    init<Key: Hashable>(starts: [UInt32], keys: [Key?]) {
        var numbers: [Key: Int] = [:]
        var segments: [Segment] = []
        for (start, key) in zip(starts, keys) {
            var index = -1
            if let key {
                index = numbers[key] ?? numbers.count
                numbers[key] = index
            }
            if segments.last?.classIndex != index {
                segments.append(Segment(start: start, classIndex: index))
            }
        }
        self.segments = segments
        classCount = numbers.count
    }

    /// The coarsest partition in which every set is a union of classes.
    init(separating sets: [ScalarSet]) {
        var changes: [UInt32: [Int]] = [0: [], 0xD800: [], 0xE000: []]
        for (index, set) in sets.enumerated() {
            for range in set.ranges {
                changes[range.lowerBound, default: []].append(index)
                changes[range.upperBound + 1, default: []].append(index)
            }
        }
        changes[0x11_0000] = nil
        var members = [UInt64](repeating: 0, count: sets.count / 64 + 1)
        var keys: [[UInt64]?] = []
        let starts = changes.keys.sorted()
        for start in starts {
            for index in changes[start] ?? [] { members[index / 64] ^= 1 << UInt64(index % 64) }
            keys.append((0xD800..<0xE000).contains(start) ? nil : members)
        }
        self.init(starts: starts, keys: keys)
    }

    /// The coarsest partition finer than both, with the two classes of each of its classes.
    func refined(with other: ScalarAlphabet) -> (ScalarAlphabet, [(Int, Int)]) {
        var starts: [UInt32] = []
        var keys: [[Int]?] = []
        var (left, right) = (0, 0)
        while left < segments.count || right < other.segments.count {
            let leftStart = left < segments.count ? segments[left].start : .max
            let rightStart = right < other.segments.count ? other.segments[right].start : .max
            if leftStart <= rightStart { left += 1 }
            if rightStart <= leftStart { right += 1 }
            starts.append(min(leftStart, rightStart))
            let pair = [segments[left - 1].classIndex, other.segments[right - 1].classIndex]
            keys.append(pair[0] < 0 ? nil : pair)
        }
        let refined = ScalarAlphabet(starts: starts, keys: keys)
        var parts = [(Int, Int)](repeating: (0, 0), count: refined.classCount)
        for (start, pair) in zip(starts, keys) {
            guard let pair else { continue }
            parts[refined.classIndex(start)] = (pair[0], pair[1])
        }
        return (refined, parts)
    }

    /// The partition with classes joined; `numbers` has the same number for those to be joined.
    func merged(_ numbers: [Int]) -> ScalarAlphabet {
        ScalarAlphabet(
            starts: segments.map(\.start),
            keys: segments.map { $0.classIndex < 0 ? nil : numbers[$0.classIndex] }
        )
    }

    /// The class of a scalar, -1 for a surrogate.
    func classIndex(_ value: UInt32) -> Int {
        var (low, high) = (0, segments.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if segments[middle].start <= value { low = middle } else { high = middle }
        }
        return segments[low].classIndex
    }

    /// Last scalar of a segment.
    func end(of segment: Int) -> UInt32 {
        segment + 1 < segments.count ? segments[segment + 1].start - 1 : 0x10_FFFF
    }

    /// The classes a set consists of.
    ///
    /// Precondition: the set is a union of classes.
    func classes(of set: ScalarSet) -> [Int] {
        var found: Set<Int> = []
        var segment = 0
        for range in set.ranges {
            while end(of: segment) < range.lowerBound { segment += 1 }
            while segment < segments.count, segments[segment].start <= range.upperBound {
                found.insert(segments[segment].classIndex)
                segment += 1
            }
        }
        return found.filter { $0 >= 0 }.sorted()
    }
}
