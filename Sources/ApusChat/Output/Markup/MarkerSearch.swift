/// Reads one of several markers, with white space before it, byte by byte.
struct MarkerSearch: Sendable {
    enum Result {
        /// More is needed.
        case more
        /// The marker at this place in the list has come.
        case found(Int)
        /// Something else; the last bytes, so many, are not read.
        case other(unread: Int)
    }

    private var pending: [UInt8] = []

    /// How many bytes of a marker have come.
    var count: Int { pending.count }

    /// Takes the next byte; no marker may be the beginning of another.
    mutating func take(_ byte: UInt8, _ markers: [[UInt8]]) -> Result {
        if pending.isEmpty, TagSearch.isSpace(byte) { return .more }
        pending.append(byte)
        if let index = markers.firstIndex(of: pending) {
            pending = []
            return .found(index)
        }
        if markers.contains(where: { $0.starts(with: pending) }) { return .more }
        defer { pending = [] }
        return .other(unread: pending.count)
    }
}
