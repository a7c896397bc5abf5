internal import ApusStore

/// How fast something moves, over the last seconds.
struct TransferSpeed: Sendable {
    private struct Sample: Sendable {
        let time: ContinuousClock.Instant
        let completed: Int64
    }

    private static let window = Duration.seconds(10)
    private static let spacing = Duration.milliseconds(500)

    /// Oldest first; what was there at the beginning (an earlier attempt's) counts as no movement.
    private var samples: [Sample] = []
    private var last: Sample?

    /// Takes note of an amount.
    mutating func note(_ completed: Int64, at time: ContinuousClock.Instant) {
        let sample = Sample(time: time, completed: completed)
        last = sample
        if let newest = samples.last, time - newest.time < Self.spacing { return }
        samples.append(sample)
        while samples.count > 2, time - samples[0].time > Self.window { samples.removeFirst() }
    }

    /// Amount a second; nil before that can be said.
    var perSecond: Double? {
        guard let first = samples.first, let last, last.time - first.time >= Self.spacing else {
            return nil
        }
        let (seconds, attoseconds) = (last.time - first.time).components
        let elapsed = Double(seconds) + Double(attoseconds) / 1e18
        return max(0, Double(last.completed) - Double(first.completed)) / elapsed
    }

    /// `  35 MB/s   1m14s`, as wide whatever it says.
    func text(remaining: Int64) -> String {
        guard let speed = perSecond, speed >= 1 else { return String(repeating: " ", count: 20) }
        let rate = "\(HumanFormats.bytes(Int64(min(speed, 1e15))))/s"
        let left = Self.duration(Double(remaining) / speed)
        return [(rate, 10), (left, 8)].map { text, width in
            "  " + String(repeating: " ", count: max(0, width - 1 - text.count)) + text
        }.joined()
    }

    private static func duration(_ seconds: Double) -> String {
        let seconds = Int(min(max(seconds, 0), 359_999))
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        if hours > 0 { return "\(hours)h\(minutes)m" }
        return minutes > 0 ? "\(minutes)m\(seconds % 60)s" : "\(seconds)s"
    }
}
