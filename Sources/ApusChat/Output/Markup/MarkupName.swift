/// Reads the name of a call or a parameter up to a marker, byte by byte.
struct MarkupName: Sendable {
    enum Result {
        case more
        /// The name, and whether the last byte belongs to it or its end.
        case ended(String, isRead: Bool)
        /// What has come is no name.
        case broken
    }

    /// Longest name that is read.
    static let maximumLength = 256

    private let end: [UInt8]?
    private var bytes: [UInt8] = []

    /// A name that ends with `end`, or else with its line, or before a marker.
    init(end: String?) { self.end = end.map { Array($0.utf8) } }

    /// Takes the next byte.
    mutating func take(_ byte: UInt8) -> Result {
        guard let end else { return takeUntilLineEnd(byte) }
        bytes.append(byte)
        if byte == end.last, bytes.suffix(end.count).elementsEqual(end) {
            return name(bytes.dropLast(end.count), isRead: true)
        }
        let isName = byte != 0x0A && bytes.count <= Self.maximumLength + end.count
        return isName && (byte != UInt8(ascii: "<") || end.first == byte) ? .more : .broken
    }

    private mutating func takeUntilLineEnd(_ byte: UInt8) -> Result {
        if byte == UInt8(ascii: "<") { return name(bytes[...], isRead: false) }
        // A line end before the name is white space.
        if byte == 0x0A, bytes.contains(where: { !TagSearch.isSpace($0) }) {
            return name(bytes[...], isRead: true)
        }
        bytes.append(byte)
        return bytes.count <= Self.maximumLength ? .more : .broken
    }

    private func name(_ bytes: ArraySlice<UInt8>, isRead: Bool) -> Result {
        let text = TagSearch.strippedEnd(bytes).drop(while: TagSearch.isSpace)
        return text.isEmpty
            ? .broken : .ended(String(decoding: text, as: UTF8.self), isRead: isRead)
    }

    /// Whether a name can be written before `end` and read back.
    static func isReadable(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        return (1...maximumLength).contains(bytes.count)
            && !bytes.contains { $0 < 0x21 || "<>\"'(){}[],:=`".utf8.contains($0) }
    }
}
