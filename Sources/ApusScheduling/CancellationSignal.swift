internal import Synchronization

/// Fires once and lets one task wait for that: how a request under way is told to end.
final class CancellationSignal: Sendable {
    private enum State {
        /// Next: `waiting`, `fired`.
        case idle
        /// Next: `fired`.
        case waiting(CheckedContinuation<Void, Never>)
        /// Nothing comes next.
        case fired
    }

    private let state = Mutex(State.idle)

    func fire() {
        let waiting: CheckedContinuation<Void, Never>? = state.withLock { state in
            defer { state = .fired }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume()
    }

    /// Returns when the signal fires or the task is cancelled; for one waiter only.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if case .fired = state { return true }
                    state = .waiting(continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            fire()
        }
    }

    /// Runs `body` in a task that is cancelled when the signal fires; returns when it has ended.
    func cancelling(_ body: @escaping @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait() }
            group.addTask { await body() }
            await group.next()
            group.cancelAll()
        }
    }
}
