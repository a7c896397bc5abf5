internal import Synchronization

/// Finds or loads the model a request needs, and unloads those that are not needed.
///
/// `SchedulerState` decides; this class carries out. `run` must be running for anything to be
/// loaded, unloaded or to expire. Thread-safe.
package final class Scheduler: Sendable {
    struct Grant {
        let runner: UInt64
        let facts: ModelFacts
    }

    /// Work that takes time, done in the task group of `run`.
    enum Job: Sendable {
        case load(runner: UInt64, ModelSpecification)
        case stop(runner: UInt64)
    }

    struct State {
        var core: SchedulerState
        var runners: [UInt64: any Runner] = [:]
        /// Runners whose `load` job is under way, with whether they should be stopped.
        var loading: [UInt64: Bool] = [:]
        var waiters: [UInt64: CheckedContinuation<Grant, any Error>] = [:]
        var lastWaiter: UInt64 = 0
        /// Fired when something expires earlier than `alarmTime`.
        var alarm = CancellationSignal()
        var alarmTime: Duration?
        /// Background work under way, by runner, to be told when somebody else needs its place.
        var background: [UInt64: [CancellationSignal]] = [:]
        /// Those who wait for the end of the last runner.
        var leaving: [CheckedContinuation<Void, Never>] = []
    }

    let configuration: SchedulerConfiguration
    let clock: any SchedulerClock
    let launcher: any RunnerLauncher
    let state: Mutex<State>
    let jobs: AsyncStream<Job>
    let jobFeed: AsyncStream<Job>.Continuation

    /// A scheduler without any model.
    package init(
        configuration: SchedulerConfiguration,
        launcher: any RunnerLauncher,
        clock: any SchedulerClock = SystemClock(),
        availableBytes: @escaping @Sendable () -> Int64? = MemoryProbe.availableBytes
    ) {
        self.configuration = configuration
        self.launcher = launcher
        self.clock = clock
        state = Mutex(
            State(
                core: SchedulerState(
                    configuration: configuration,
                    availableBytes: availableBytes
                )
            )
        )
        (jobs, jobFeed) = AsyncStream.makeStream()
    }

    // MARK: - For clients

    /// The right to use a model, once it is loaded and has a place.
    ///
    /// Throws: `SchedulingError`: `queueFull`, `stopping`, `cancelled` when the task is cancelled
    /// first, or why loading failed.
    package func acquire(_ request: SchedulerRequest) async throws -> Lease {
        noticeEnds()
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        let grant = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                apply { state, now in
                    // A cancellation before this point has found nothing to cancel.
                    if Task.isCancelled {
                        state.waiters[id] = continuation
                        return [.fail(waiter: id, .cancelled)]
                    }
                    state.waiters[id] = continuation
                    return state.core.request(request, id: id, now: now)
                }
            }
        } onCancel: {
            apply { state, now in state.core.cancel(waiter: id, now: now) }
        }
        guard let runner = state.withLock({ $0.runners[grant.runner] }) else {
            release(grant.runner, background: request.isBackground ? CancellationSignal() : nil)
            throw SchedulingError.stopping
        }
        return Lease(
            facts: grant.facts,
            runner: runner,
            identifier: grant.runner,
            scheduler: self,
            wanted: request.isBackground ? watch(grant.runner) : nil
        )
    }

    /// A signal that fires when somebody else needs the place of background work.
    private func watch(_ runner: UInt64) -> CancellationSignal {
        let signal = CancellationSignal()
        let isWanted = state.withLock { state in
            if state.core.isWanted(runner: runner) { return true }
            state.background[runner, default: []].append(signal)
            return false
        }
        if isWanted { signal.fire() }
        return signal
    }

    /// The loaded models, longest to stay first.
    package func loadedModels() -> [LoadedModelSummary] {
        noticeEnds()
        return state.withLock { $0.core.summaries(now: clock.now) }
    }

    /// Unloads a model as soon as it is idle; false when it is not loaded.
    ///
    /// Only the weights of `specification` count.
    @discardableResult
    package func unload(_ specification: ModelSpecification) -> Bool {
        var isFound = false
        apply { state, now in
            let (found, actions) = state.core.unload(specification.weights, now: now)
            isFound = found
            return actions
        }
        return isFound
    }

    /// Refuses new requests, ends every runner at once and returns when all are gone.
    ///
    /// `run` returns then, too.
    package func shutdown() async {
        apply { state, _ in state.core.shutDown() }
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.core.entries.isEmpty { return true }
                state.leaving.append(continuation)
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    /// A request that used a runner has ended; `background` is the signal of background work.
    func release(_ runner: UInt64, background signal: CancellationSignal? = nil) {
        noticeEnds()
        apply { state, now in
            if let signal { state.background[runner]?.removeAll { $0 === signal } }
            if state.background[runner]?.isEmpty == true { state.background[runner] = nil }
            return state.core.release(runner: runner, isBackground: signal != nil, now: now)
        }
    }

    // MARK: - Carrying out

    /// Runs one event and does what it leads to.
    func apply(_ event: (inout State, Duration) -> [SchedulerState.Action]) {
        let (effects, alarms, leaving) = state.withLock { state in
            let effects = event(&state, clock.now).compactMap { effect(of: $0, &state) }
            let isOver = state.core.isShuttingDown && state.core.entries.isEmpty
            if isOver { jobFeed.finish() }
            defer { if isOver { state.leaving = [] } }
            let alarms = [alarmToFire(&state)].compactMap { $0 } + backgroundToEnd(&state)
            return (effects, alarms, isOver ? state.leaving : [])
        }
        for alarm in alarms { alarm.fire() }
        for effect in effects { effect() }
        for continuation in leaving { continuation.resume() }
    }

    /// What an action means here, to be called without the lock.
    private func effect(
        of action: SchedulerState.Action,
        _ state: inout State
    ) -> (@Sendable () -> Void)? {
        switch action {
        case .load(let runner, let specification):
            state.loading[runner] = false
            jobFeed.yield(.load(runner: runner, specification))
            return nil
        case .stop(let runner):
            jobFeed.yield(.stop(runner: runner))
            return nil
        case .grant(let waiter, let runner, let facts):
            guard let continuation = state.waiters.removeValue(forKey: waiter) else { return nil }
            return { continuation.resume(returning: Grant(runner: runner, facts: facts)) }
        case .fail(let waiter, let error):
            guard let continuation = state.waiters.removeValue(forKey: waiter) else { return nil }
            return { continuation.resume(throwing: error) }
        }
    }

    /// The alarm, when something expires before the time it is set to.
    private func alarmToFire(_ state: inout State) -> CancellationSignal? {
        guard let deadline = state.core.deadline, deadline < state.alarmTime ?? .seconds(Int64.max)
        else { return nil }
        state.alarmTime = deadline
        return state.alarm
    }

    /// The background work whose place somebody else needs.
    private func backgroundToEnd(_ state: inout State) -> [CancellationSignal] {
        let wanted = state.background.keys.filter { state.core.isWanted(runner: $0) }
        return wanted.flatMap { state.background.removeValue(forKey: $0) ?? [] }
    }

    /// Tells the state about runners that have died since somebody last looked.
    func noticeEnds() {
        let ended = state.withLock { state in
            state.runners.filter { state.loading[$0.key] == nil && $0.value.hasEnded }.keys
        }
        for runner in ended.sorted() {
            apply { state, now in state.core.ended(runner: runner, now: now) }
        }
    }
}
