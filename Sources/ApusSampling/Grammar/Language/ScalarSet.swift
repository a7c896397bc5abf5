/// A set of Unicode scalars, as ranges; surrogates are never in it.
package struct ScalarSet: Sendable, Hashable {
    /// Ranges in ascending order that neither overlap nor touch.
    package let ranges: [ClosedRange<UInt32>]

    /// Largest scalar.
    private static let last: UInt32 = 0x10_FFFF
    private static let surrogates: ClosedRange<UInt32> = 0xD800...0xDFFF

    /// The union of ranges, which may come in any order; what is no scalar is left out.
    package init(_ ranges: [ClosedRange<UInt32>]) {
        var merged: [ClosedRange<UInt32>] = []
        let valid = ranges.flatMap(Self.withoutSurrogates)
        for range in valid.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let previous = merged.last, range.lowerBound <= previous.upperBound + 1 {
                merged[merged.count - 1] =
                    previous.lowerBound...max(previous.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
    }

    /// The scalars of a text.
    package init(_ text: String) { self.init(text.unicodeScalars.map { $0.value...$0.value }) }

    /// Every scalar.
    package static let all = ScalarSet([0...last])

    /// The scalars that are not in this set.
    package var complement: ScalarSet {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { gaps.append(next...range.lowerBound - 1) }
            next = range.upperBound + 1
        }
        if next <= Self.last { gaps.append(next...Self.last) }
        return ScalarSet(gaps)
    }

    /// Scalars of either set.
    package func union(_ other: ScalarSet) -> ScalarSet { ScalarSet(ranges + other.ranges) }

    /// Scalars of both sets.
    package func intersection(_ other: ScalarSet) -> ScalarSet {
        complement.union(other.complement).complement
    }

    /// Whether a scalar is in the set.
    package func contains(_ scalar: Unicode.Scalar) -> Bool {
        ranges.contains { $0.contains(scalar.value) }
    }

    private static func withoutSurrogates(_ range: ClosedRange<UInt32>) -> [ClosedRange<UInt32>] {
        guard range.lowerBound <= last else { return [] }
        let range = range.lowerBound...min(range.upperBound, last)
        var parts: [ClosedRange<UInt32>] = []
        if range.lowerBound < surrogates.lowerBound {
            parts.append(range.lowerBound...min(range.upperBound, surrogates.lowerBound - 1))
        }
        if range.upperBound > surrogates.upperBound {
            parts.append(max(range.lowerBound, surrogates.upperBound + 1)...range.upperBound)
        }
        return parts
    }
}
