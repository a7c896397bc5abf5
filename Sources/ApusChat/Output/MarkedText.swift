/// Text that arrives byte by byte and may contain markers.
///
/// White space is held back until it is clear that no marker follows, and so is what may be the
/// beginning of a marker. Of two markers that begin at the same place the shorter one counts.
/// Complexity: O(1) a byte, in terms of the text.
struct MarkedText: Sendable {
    private let markers: [[UInt8]]
    /// First bytes of the markers.
    private var firsts = ByteSet()
    /// White space at the end of the text, or before the marker just found.
    private(set) var space: [UInt8] = []
    /// What may be the beginning of a marker.
    private var pending: [UInt8] = []

    /// Text with these markers; empty ones are never found.
    init(_ markers: [String]) {
        self.markers = markers.filter { !$0.isEmpty }.map { Array($0.utf8) }
        for marker in self.markers { firsts.insert(marker[0]) }
    }

    /// Takes one byte, and appends to `text` what has become certain.
    ///
    /// Returns the place of the marker that is complete now; `space` stood before it.
    mutating func take(_ byte: UInt8, into text: inout [UInt8]) -> Int? {
        if pending.isEmpty, !firsts.contains(byte) {
            release(byte, into: &text)
            return nil
        }
        pending.append(byte)
        while !pending.isEmpty {
            var isBeginning = false
            for (index, marker) in markers.enumerated() where marker.starts(with: pending) {
                if marker.count == pending.count {
                    pending = []
                    return index
                }
                isBeginning = true
            }
            if isBeginning { return nil }
            release(pending.removeFirst(), into: &text)
        }
        return nil
    }

    /// Hands out the white space before a marker that has been found.
    mutating func takeSpace() -> [UInt8] {
        defer { space = [] }
        return space
    }

    /// Hands out everything held back.
    mutating func takeRest() -> [UInt8] {
        defer { (space, pending) = ([], []) }
        return space + pending
    }

    private mutating func release(_ byte: UInt8, into text: inout [UInt8]) {
        if byte.isJSONSpace {
            space.append(byte)
            return
        }
        if !space.isEmpty {
            text += space
            space = []
        }
        text.append(byte)
    }
}

/// A set of bytes.
private struct ByteSet: Sendable {
    private var words = SIMD4<UInt64>()

    mutating func insert(_ byte: UInt8) { words[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }

    func contains(_ byte: UInt8) -> Bool { words[Int(byte >> 6)] & 1 << UInt64(byte & 63) != 0 }
}

extension UInt8 {
    /// Whether this is white space in JSON.
    var isJSONSpace: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }
}
