/// Cuts what a runner writes to its standard error into lines, and remembers the last error.
struct LineSplitter: Sendable {
    /// Longer lines are cut; what follows up to the line's end is dropped.
    static let maximumLength = 8192

    /// The last line that speaks of an error; nil when none did.
    private(set) var lastError: String?
    private var current: [UInt8] = []

    /// The lines that `bytes` complete.
    mutating func append(_ bytes: some Collection<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                if let line = finish() { lines.append(line) }
            } else if current.count < Self.maximumLength {
                current.append(byte)
            }
        }
        return lines
    }

    /// The last line, when the stream ends without a newline.
    mutating func finish() -> String? {
        if current.last == UInt8(ascii: "\r") { current.removeLast() }
        defer { current.removeAll(keepingCapacity: true) }
        guard !current.isEmpty else { return nil }
        let line = String(decoding: current, as: UTF8.self)
        if let error = Self.error(in: line) { lastError = error }
        return line
    }

    /// The line, when a word in it marks it as an error.
    private static func error(in line: String) -> String? {
        let lower = line.lowercased()
        let marks = ["fatal", "error", "failed", "out of memory", "terminate called", "assertion"]
        return marks.contains { lower.contains($0) } ? line : nil
    }
}
