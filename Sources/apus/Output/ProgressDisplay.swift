internal import Synchronization

/// Shows progress on standard error: moving lines on a terminal, one plain line a step elsewhere.
///
/// Nothing is drawn during the first moments, so quick work leaves no trace.
final class ProgressDisplay: Sendable {
    private struct State {
        var lines = ProgressLines()
        var rowsShown = 0
        var tick = 0
        var isOver = false
    }

    private static let delay = Duration.milliseconds(400)
    private static let interval = Duration.milliseconds(100)

    private let console: Console
    private let isMoving: Bool
    private let state = Mutex(State())

    init(_ console: Console = .errors) {
        self.console = console
        isMoving = console.isStyled
    }

    /// Runs `work` under a display with these first words, and takes the display away after it.
    ///
    /// With `leavingTrace` the steps stay on the terminal.
    static func during<Value: Sendable>(
        _ status: String,
        leavingTrace: Bool = false,
        _ work: @Sendable (ProgressDisplay) async throws -> Value
    ) async throws -> Value {
        let display = ProgressDisplay()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            display.report(status)
            if display.isMoving { group.addTask { try? await display.animate() } }
            defer {
                group.cancelAll()
                if leavingTrace { display.finish() } else { display.clear() }
            }
            return try await work(display)
        }
    }

    /// Begins a step, or reports on one.
    func report(
        _ status: String,
        digest: String? = nil,
        completed: Int64 = 0,
        total: Int64 = 0
    ) {
        state.withLock { state in
            let isNew = state.lines.report(
                status,
                digest: digest,
                completed: completed,
                total: total
            )
            if isNew, !isMoving, !status.isEmpty { try? console.writeLine(status) }
        }
    }

    /// Takes everything off the screen and draws no more.
    func clear() {
        state.withLock { state in
            guard !state.isOver else { return }
            state.isOver = true
            erase(&state)
        }
    }

    /// Leaves the lines as they are and draws no more.
    func finish() {
        state.withLock { state in
            guard !state.isOver else { return }
            state.isOver = true
            state.lines.isDone = true
            if isMoving { draw(&state) }
        }
    }

    private func animate() async throws {
        try await Task.sleep(for: Self.delay)
        while !state.withLock({ $0.isOver }) {
            state.withLock { state in
                guard !state.isOver else { return }
                state.tick += 1
                draw(&state)
            }
            try await Task.sleep(for: Self.interval)
        }
    }

    private func draw(_ state: inout State) {
        erase(&state)
        let lines = state.lines.lines(width: console.width, tick: state.tick)
        try? console.write(lines.map { $0 + "\n" }.joined())
        state.rowsShown = lines.count
    }

    private func erase(_ state: inout State) {
        guard state.rowsShown > 0 else { return }
        try? console.write("\u{1B}[\(state.rowsShown)A\r\u{1B}[J")
        state.rowsShown = 0
    }
}
