/// Text up to a closing marker, byte by byte (Knuth, Morris and Pratt's search).
struct MarkupText: Sendable {
    let marker: [UInt8]
    private let borders: [Int]
    private var matched = 0

    /// A search for `marker`.
    ///
    /// Precondition: `marker` is not empty.
    init(upTo marker: [UInt8]) {
        self.marker = marker
        borders = Self.borders(of: marker)
    }

    /// Takes a byte; adds to `text` what cannot be part of the marker any more.
    ///
    /// True when the marker is complete; the search then begins anew.
    mutating func take(_ byte: UInt8, _ text: inout [UInt8]) -> Bool {
        while matched > 0, marker[matched] != byte {
            let border = borders[matched - 1]
            text += marker[..<(matched - border)]
            matched = border
        }
        guard marker[matched] == byte else {
            text.append(byte)
            return false
        }
        matched += 1
        guard matched == marker.count else { return false }
        matched = 0
        return true
    }

    /// For each beginning of `text`, the length of its longest proper beginning that is also its end.
    static func borders(of text: [UInt8]) -> [Int] {
        var borders = Array(repeating: 0, count: text.count)
        var length = 0
        for position in text.indices.dropFirst() {
            while length > 0, text[position] != text[length] { length = borders[length - 1] }
            if text[position] == text[length] { length += 1 }
            borders[position] = length
        }
        return borders
    }
}
