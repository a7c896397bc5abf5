/// Picks the largest logits out of a whole vocabulary without sorting it.
///
/// The logits are scanned once. Those above a threshold go into a buffer; when it is full,
/// quickselect keeps the best `count` and the smallest of these becomes the new threshold. Later
/// tokens that only equal the threshold lose their tie by index, so the comparison is strict.
/// Complexity: O(n) expected, whatever the order of the logits.
struct CandidateSelection: Sendable {
    /// The survivors; sorted best first after `selectLargest`.
    private(set) var keys: [CandidateKey] = []

    /// Blocks of this many logits are skipped by one comparison when none is above the threshold.
    private static let blockLength = 64

    /// Keeps the `count` largest logits above minus infinity, best first.
    mutating func selectLargest(_ count: Int, of logits: Span<Float>) {
        keys.removeAll(keepingCapacity: true)
        guard count > 0 else { return }
        let limit = count > Int.max / 2 ? count : max(2 * count, count + 256)
        let whole = logits.count - logits.count % Self.blockLength
        var threshold = -Float.infinity
        for start in stride(from: 0, to: whole, by: Self.blockLength)
        where Self.maximum(of: logits, from: start) > threshold {
            for index in start..<start + Self.blockLength where logits[index] > threshold {
                keys.append(CandidateKey(logit: logits[index], token: Int32(index)))
                if keys.count == limit { threshold = shrink(to: count) }
            }
        }
        for index in whole..<logits.count where logits[index] > threshold {
            keys.append(CandidateKey(logit: logits[index], token: Int32(index)))
            if keys.count == limit { threshold = shrink(to: count) }
        }
        if keys.count > count { _ = shrink(to: count) }
        keys.sort(by: >)
    }

    /// Keeps every logit of at least `floor` above minus infinity, in the order of the tokens.
    mutating func selectAll(atLeast floor: Float, of logits: Span<Float>) {
        keys.removeAll(keepingCapacity: true)
        for index in logits.indices where logits[index] >= floor && logits[index] > -.infinity {
            keys.append(CandidateKey(logit: logits[index], token: Int32(index)))
        }
    }

    /// Sorts best first.
    mutating func sort() { keys.sort(by: >) }

    /// Keeps the first `count`.
    mutating func truncate(to count: Int) { keys.removeLast(max(keys.count - count, 0)) }

    /// Keeps the keys at these positions, best first.
    mutating func keep(_ positions: some Sequence<Int>, scratch: inout [CandidateKey]) {
        scratch.removeAll(keepingCapacity: true)
        for position in positions { scratch.append(keys[position]) }
        swap(&keys, &scratch)
        sort()
    }

    /// Moves the best `count` keys to the front, drops the rest, and returns the smallest logit.
    ///
    /// An order that makes quickselect slow falls back to sorting.
    private mutating func shrink(to count: Int) -> Float {
        var low = 0
        var high = keys.count - 1
        var steps = 0
        while low < high, steps < 64 {
            let middle = partition(low, high)
            if middle == count - 1 { break }
            if middle < count - 1 { low = middle + 1 } else { high = middle - 1 }
            steps += 1
        }
        if steps == 64 { sort() }
        keys.removeLast(keys.count - count)
        return keys[count - 1].logit
    }

    /// One step of quickselect with a median of three as pivot; returns the pivot's place.
    ///
    /// Precondition: 0 <= low < high < keys.count; the loop relies on it.
    private mutating func partition(_ low: Int, _ high: Int) -> Int {
        precondition(0 <= low && low < high && high < keys.count)
        let middle = low + (high - low) / 2
        if keys[middle] > keys[low] { keys.swapAt(middle, low) }
        if keys[high] > keys[low] { keys.swapAt(high, low) }
        if keys[high] > keys[middle] { keys.swapAt(high, middle) }
        // Descending: low >= middle >= high; the median serves as pivot at the end.
        keys.swapAt(middle, high)
        let pivot = keys[high]
        var place = low
        var span = keys.mutableSpan
        for index in low..<high {
            // Written without a branch on the data, which would be mispredicted half the time.
            let key = span[unchecked: index]
            span[unchecked: index] = span[unchecked: place]
            span[unchecked: place] = key
            place += key > pivot ? 1 : 0
        }
        keys.swapAt(place, high)
        return place
    }

    /// The largest of `blockLength` logits from `start`.
    private static func maximum(of logits: Span<Float>, from start: Int) -> Float {
        var lanes = SIMD8<Float>(repeating: -.infinity)
        let bytes = logits.bytes
        for offset in stride(from: 0, to: blockLength, by: 8) {
            let next = bytes.unsafeLoadUnaligned(
                fromByteOffset: (start + offset) * 4,
                as: SIMD8<Float>.self
            )
            lanes.replace(with: next, where: next .> lanes)
        }
        return lanes.max()
    }
}
