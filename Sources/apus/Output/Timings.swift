internal import ApusDialects

/// The counts and times of an answer, as `--verbose` shows them.
enum Timings {
    private static let width = 22

    /// One line a figure; figures that are zero are left out.
    static func text(_ metrics: OllamaMetrics) -> String {
        var lines: [String] = []
        func add(_ label: String, _ value: String?) {
            guard let value else { return }
            lines.append(label + String(repeating: " ", count: width - label.count) + value + "\n")
        }
        add("total duration:", metrics.totalDuration.map(GoDuration.format))
        add("load duration:", metrics.loadDuration.map(GoDuration.format))
        add("prompt eval count:", tokens(metrics.promptEvalCount))
        add("prompt cached count:", tokens(metrics.promptCachedCount))
        add("prompt eval duration:", metrics.promptEvalDuration.map(GoDuration.format))
        // Tokens that were found in the cache took no time.
        let read = metrics.promptEvalCount.map { $0 - (metrics.promptCachedCount ?? 0) }
        add("prompt eval rate:", rate(read, metrics.promptEvalDuration))
        add("eval count:", tokens(metrics.evalCount))
        add("eval duration:", metrics.evalDuration.map(GoDuration.format))
        add("eval rate:", rate(metrics.evalCount, metrics.evalDuration))
        return lines.joined()
    }

    private static func tokens(_ count: Int?) -> String? { count.map { "\($0) token(s)" } }

    private static func rate(_ tokens: Int?, _ nanoseconds: Int64?) -> String? {
        guard let tokens, let nanoseconds, nanoseconds > 0 else { return nil }
        return "\(fixed(Double(tokens) / (Double(nanoseconds) / 1e9))) tokens/s"
    }

    /// With two decimals.
    static func fixed(_ value: Double) -> String {
        let hundredths = Int((min(value, 1e12) * 100).rounded())
        let fraction = String(hundredths % 100)
        return "\(hundredths / 100).\(fraction.count < 2 ? "0" : "")\(fraction)"
    }
}
