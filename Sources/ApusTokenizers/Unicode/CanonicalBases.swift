/// Letters without their accents: canonical decomposition less nonspacing marks.
///
/// Source: Unicode Standard, section 3.7 and, for Hangul, 3.12. The standard library has no
/// decomposition outside Foundation.
enum CanonicalBases {
    /// What is left of `scalar` when it is decomposed and its nonspacing marks are dropped; empty
    /// for such a mark.
    static func bases(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        if scalar.value < 0xC0 { return [scalar] }
        if (hangul.first..<hangul.end).contains(scalar.value) { return jamo(scalar.value) }
        if let bases = table[scalar.value] { return bases }
        return scalar.properties.generalCategory == .nonspacingMark ? [] : [scalar]
    }

    private static let hangul = (first: UInt32(0xAC00), end: UInt32(0xD7A4))

    private static func jamo(_ syllable: UInt32) -> [Unicode.Scalar] {
        let index = syllable - hangul.first
        let trailing = index % 28
        let parts = [0x1100 + index / (21 * 28), 0x1161 + index / 28 % 21, 0x11A7 + trailing]
        return parts.prefix(trailing == 0 ? 2 : 3).compactMap(Unicode.Scalar.init)
    }

    private static let table: [UInt32: [Unicode.Scalar]] = {
        var table: [UInt32: [Unicode.Scalar]] = [:]
        for entry in canonicalBasesTable.split(whereSeparator: \.isWhitespace) {
            let scalars = entry.split(whereSeparator: { $0 == ":" || $0 == "+" })
                .compactMap { UInt32($0, radix: 16) }.compactMap(Unicode.Scalar.init)
            if let first = scalars.first { table[first.value] = Array(scalars.dropFirst()) }
        }
        return table
    }()
}
