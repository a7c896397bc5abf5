internal import ApusStore

/// The lines of something that takes time: what is being done, and how far it has come.
struct ProgressLines: Sendable {
    /// One step.
    private struct Step: Sendable {
        var status: String
        var key: String
        var completed: Int64 = 0
        var total: Int64 = 0
        var speed = TransferSpeed()
    }

    private static let spinner = Array("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")

    private var steps: [Step] = []
    /// Whether the last step is done, too.
    var isDone = false

    var isEmpty: Bool { steps.isEmpty }

    /// Begins a step, or reports on one that has begun; true for a new one.
    ///
    /// Steps with amounts are told apart by `digest`, the others by their words.
    mutating func report(
        _ status: String,
        digest: String? = nil,
        completed: Int64 = 0,
        total: Int64 = 0,
        at time: ContinuousClock.Instant = .now
    ) -> Bool {
        let key = digest.flatMap { $0.isEmpty ? nil : $0 } ?? status
        if let known = steps.lastIndex(where: { $0.key == key }) {
            steps[known].status = status
            steps[known].completed = completed
            steps[known].total = total
            steps[known].speed.note(completed, at: time)
            return false
        }
        var step = Step(status: status, key: key, completed: completed, total: total)
        step.speed.note(completed, at: time)
        steps.append(step)
        return true
    }

    /// The lines, none wider than `width`; `tick` turns the spinner.
    func lines(width: Int, tick: Int) -> [String] {
        steps.enumerated().map { position, step in
            let isRunning = position == steps.count - 1 && !isDone
            if step.total > 0 { return Self.bar(step, width: width) }
            let mark = isRunning ? " \(Self.spinner[tick % Self.spinner.count])" : ""
            return Self.cut(step.status, to: width - 3) + mark
        }
    }

    /// A step with amounts: `status  42% ▕██████        ▏ 1.2 GB/2.8 GB  35 MB/s  46s`.
    private static func bar(_ step: Step, width: Int) -> String {
        let done = min(max(step.completed, 0), step.total)
        let percent = String(Int(Double(done) / Double(step.total) * 100))
        var sizes = HumanFormats.bytes(step.total)
        let hasSpeed = width >= 80 && step.speed.perSecond != nil
        if done < step.total {
            sizes = "\(HumanFormats.bytes(done))/\(sizes)"
            if hasSpeed {
                // What moves is padded, so that the bar stands still.
                sizes = padded(sizes, 15) + step.speed.text(remaining: step.total - done)
            }
        }
        let head = cut(step.status, to: max(8, width - (hasSpeed ? 60 : 40)))
        let start = "\(head) \(String(repeating: " ", count: 3 - percent.count))\(percent)% "
        let room = width - DisplayWidth.of(start) - sizes.count - 4
        guard room > 4 else { return cut("\(start)\(sizes)", to: width - 1) }
        let filled = Int(Double(room) * Double(done) / Double(step.total))
        let bar =
            String(repeating: "█", count: filled) + String(repeating: " ", count: room - filled)
        return "\(start)▕\(bar)▏ \(sizes)"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private static func cut(_ text: String, to width: Int) -> String {
        var (result, columns) = ("", 0)
        for character in text where !character.isNewline {
            columns += DisplayWidth.of(character)
            if columns > width { return result + "…" }
            result.append(character)
        }
        return result
    }
}
