/// A stretch of UTF-8 taken apart into scalars, with the class of each.
struct ScalarText {
    private(set) var scalars: [UInt32] = []
    /// ``ScalarClass`` bits of each scalar.
    private(set) var classes: [UInt32] = []
    /// Where each scalar begins in the bytes, and at the end where the text ends.
    private(set) var offsets: [Int] = []

    var count: Int { scalars.count }

    init(_ bytes: [UInt8], _ range: Range<Int>, _ classifier: ScalarClassifier) {
        scalars.reserveCapacity(range.count)
        classes.reserveCapacity(range.count)
        offsets.reserveCapacity(range.count + 1)
        var position = range.lowerBound
        while position < range.upperBound {
            let (scalar, length) = UTF8Bytes.scalar(bytes, position, range.upperBound)
            scalars.append(scalar)
            classes.append(classifier.classes(scalar))
            offsets.append(position)
            position += length
        }
        offsets.append(range.upperBound)
    }
}

/// Reading UTF-8 from byte arrays.
///
/// Malformed bytes never trap; each reads as one U+FFFD.
enum UTF8Bytes {
    /// The scalar at `position` and its length in bytes.
    ///
    /// Precondition: `position < end`.
    static func scalar(
        _ bytes: [UInt8],
        _ position: Int,
        _ end: Int
    ) -> (scalar: UInt32, length: Int) {
        let first = bytes[position]
        if first < 0x80 { return (UInt32(first), 1) }
        let length = length(of: first)
        guard length > 1, position + length <= end else { return (0xFFFD, 1) }
        var value = UInt32(first) & (0x7F >> UInt32(length))
        for index in position + 1..<position + length {
            guard bytes[index] & 0xC0 == 0x80 else { return (0xFFFD, 1) }
            value = value << 6 | UInt32(bytes[index] & 0x3F)
        }
        return (value, length)
    }

    /// The bytes of the character that `first` begins; 1 for a byte that begins none.
    static func length(of first: UInt8) -> Int {
        switch first {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 1
        }
    }
}
