/// Finds the first of some texts in a text that comes in pieces.
///
/// What could be the beginning of a stop text is held back until it is known not to be.
struct StopMatcher {
    private let stops: [[UInt8]]
    /// Text that may be the beginning of a stop text.
    private var held: [UInt8] = []

    /// Empty texts are ignored.
    init(_ stops: [String]) {
        self.stops = stops.filter { !$0.isEmpty }.map { Array($0.utf8) }
    }

    /// Takes the next piece.
    ///
    /// - Returns: text that is free to go, and the stop text that follows it, if one was found.
    mutating func feed(_ piece: String) -> (text: String, stop: String?) {
        if stops.isEmpty { return (piece, nil) }
        held += Array(piece.utf8)
        for start in held.indices {
            let rest = held[start...]
            if let stop = stops.first(where: { rest.starts(with: $0) }) {
                let text = String(decoding: held[..<start], as: UTF8.self)
                held = []
                return (text, String(decoding: stop, as: UTF8.self))
            }
            if stops.contains(where: { $0.starts(with: rest) }) { return (release(start), nil) }
        }
        return (release(held.count), nil)
    }

    /// What is still held back, when no more text comes: up to the first stop text in it.
    mutating func finish() -> (text: String, stop: String?) {
        for start in held.indices {
            let rest = held[start...]
            if let stop = stops.first(where: { rest.starts(with: $0) }) {
                return (release(start), String(decoding: stop, as: UTF8.self))
            }
        }
        return (release(held.count), nil)
    }

    /// Lets `count` bytes go.
    ///
    /// A stop text starts with a whole character, so they are whole, too.
    private mutating func release(_ count: Int) -> String {
        defer { held.removeFirst(count) }
        return String(decoding: held[..<count], as: UTF8.self)
    }
}
