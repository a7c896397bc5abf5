internal import Synchronization

/// The tasks behind a scheduler: loading, unloading, expiry, signs of life.
extension Scheduler {
    /// No sleep is longer, so that times far away need no special care.
    private static let longestSleep = Duration.seconds(86_400)

    /// Works until `shutdown` is done or the task is cancelled, which ends every runner, too.
    package func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.watchExpiry() }
            group.addTask { await self.watchHealth() }
            for await job in jobs {
                group.addTask { await self.perform(job) }
            }
            // Before the group is left: loading ends when its runner does.
            await endEverything()
            group.cancelAll()
        }
        // Runners whose process was only being started are known by now.
        await endEverything()
    }

    private func perform(_ job: Job) async {
        switch job {
        case .load(let runner, let specification): await load(runner, specification)
        case .stop(let runner): await stop(runner)
        }
    }

    private func load(_ id: UInt64, _ specification: ModelSpecification) async {
        do {
            let runner = try launcher.launch(specification)
            let isUnwanted = state.withLock { state in
                state.runners[id] = runner
                return state.loading[id] == true
            }
            if isUnwanted { throw SchedulingError.cancelled }
            let facts = try await runner.load { _ in }
            apply { state, now in
                let isUnwanted = state.loading.removeValue(forKey: id) == true
                if isUnwanted { jobFeed.yield(.stop(runner: id)) }
                return state.core.loaded(runner: id, facts, now: now)
            }
        } catch {
            apply { state, now in
                let isUnwanted = state.loading.removeValue(forKey: id) == true
                if isUnwanted { jobFeed.yield(.stop(runner: id)) }
                return state.core.loadFailed(runner: id, .init(wrapping: error), now: now)
            }
        }
    }

    /// Ends a runner; one whose process is only being started is left to its `load` job.
    private func stop(_ id: UInt64) async {
        let (runner, isStarting) = state.withLock { state in
            let runner = state.runners[id]
            let isStarting = runner == nil && state.loading[id] != nil
            if isStarting { state.loading[id] = true }
            return (runner, isStarting)
        }
        if isStarting { return }
        await runner?.stop()
        apply { state, now in
            state.runners[id] = nil
            return state.core.stopped(runner: id, now: now)
        }
    }

    /// Unloads models when their time has come.
    private func watchExpiry() async {
        while !Task.isCancelled {
            let (alarm, deadline) = state.withLock { state in
                state.alarm = CancellationSignal()
                state.alarmTime = state.core.deadline
                return (state.alarm, state.alarmTime)
            }
            let clock = clock
            await alarm.cancelling {
                let latest = clock.now + Self.longestSleep
                try? await clock.sleep(until: min(deadline ?? latest, latest))
            }
            apply { state, now in state.core.tick(now: now) }
        }
    }

    /// Gives up runners that live but do not answer.
    private func watchHealth() async {
        guard configuration.healthInterval > .zero else { return }
        while !Task.isCancelled {
            try? await clock.sleep(until: clock.now + configuration.healthInterval)
            let runners = state.withLock { state in
                state.runners.filter { state.loading[$0.key] == nil }
            }
            await withDiscardingTaskGroup { group in
                for (id, runner) in runners {
                    group.addTask { await self.checkHealth(id, runner) }
                }
            }
        }
    }

    private func checkHealth(_ id: UInt64, _ runner: any Runner) async {
        do {
            _ = try await runner.ping(timeout: configuration.healthTimeout)
        } catch {
            if Task.isCancelled { return }
            apply { state, now in state.core.ended(runner: id, now: now) }
        }
    }

    /// Fails whoever still waits and ends what still runs, without jobs.
    private func endEverything() async {
        apply { state, _ in
            for id in state.loading.keys { state.loading[id] = true }
            return state.core.shutDown()
        }
        let runners = state.withLock { Array($0.runners) }
        await withDiscardingTaskGroup { group in
            for (_, runner) in runners { group.addTask { await runner.stop() } }
        }
        apply { state, now in
            for (id, _) in runners { state.runners[id] = nil }
            return state.core.entries.values.flatMap { entry in
                state.core.stopped(runner: entry.runner, now: now)
            }
        }
    }
}
