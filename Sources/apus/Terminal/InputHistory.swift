/// Lines that were entered before, and a place among them.
struct InputHistory: Sendable, Equatable {
    /// How many are kept.
    static let limit = 100

    /// The lines, the oldest first.
    private(set) var entries: [String]
    /// Whether new lines are kept.
    var isEnabled = true
    /// The line that is shown, `entries.count` for the one being written.
    private var position: Int
    /// What was being written when the first older line was asked for.
    private var draft = ""

    init(_ entries: [String] = []) {
        self.entries = Array(entries.suffix(Self.limit))
        position = self.entries.count
    }

    /// Adds a line, unless it is empty or the same as the last one.
    mutating func add(_ line: String) {
        defer { position = entries.count }
        guard isEnabled, !line.isEmpty, line != entries.last else { return }
        entries.append(line)
        if entries.count > Self.limit { entries.removeFirst(entries.count - Self.limit) }
    }

    /// Goes back to the line being written.
    mutating func rewind() { position = entries.count }

    /// The line before the one that is shown; nil at the oldest.
    mutating func older(than current: String) -> String? {
        guard position > 0 else { return nil }
        if position == entries.count { draft = current }
        position -= 1
        return entries[position]
    }

    /// The line after the one that is shown; nil at the one being written.
    mutating func newer() -> String? {
        guard position < entries.count else { return nil }
        position += 1
        return position == entries.count ? draft : entries[position]
    }
}
