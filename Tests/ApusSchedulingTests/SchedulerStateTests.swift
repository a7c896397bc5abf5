import ApusConversation
import Testing

@testable import ApusScheduling

/// Transcripts of the scheduler's decisions; the invariants are checked after every event.
@Suite struct SchedulerStateTests {
    /// A state, a clock, and what the runners would do.
    struct Desk {
        var state: SchedulerState
        var now = Duration.zero
        var lastWaiter: UInt64 = 0

        init(
            maximumModels: Int = 3,
            queue: Int = 512,
            available: Int64? = nil,
            keepAlive: KeepAlive = .duration(.seconds(300))
        ) {
            var configuration = SchedulerConfiguration()
            configuration.maximumLoadedModels = maximumModels
            configuration.maximumQueue = queue
            configuration.keepAlive = keepAlive
            state = SchedulerState(configuration: configuration) { available }
        }

        mutating func ask(
            _ name: String,
            parallel: Int = 1,
            keepAlive: KeepAlive? = nil,
            bytes: Int64 = 0,
            adapters: [String] = [],
            options: RunnerOptions = RunnerOptions(),
            background: Bool = false
        ) -> [SchedulerState.Action] {
            lastWaiter += 1
            let specification = ModelSpecification(
                name: name,
                weights: .builtIn(name: name),
                adapters: adapters,
                options: options,
                parallelSequences: parallel
            )
            let request = SchedulerRequest(
                specification: specification,
                keepAlive: keepAlive,
                predictedBytes: bytes,
                isBackground: background
            )
            return checked(state.request(request, id: lastWaiter, now: now))
        }

        mutating func loaded(
            _ runner: UInt64,
            parallel: Int = 1,
            mapped: Int64 = 0
        )
            -> [SchedulerState.Action]
        {
            checked(state.loaded(runner: runner, facts(parallel, mapped), now: now))
        }

        mutating func release(
            _ runner: UInt64,
            background: Bool = false
        ) -> [SchedulerState.Action] {
            checked(state.release(runner: runner, isBackground: background, now: now))
        }

        mutating func stopped(_ runner: UInt64) -> [SchedulerState.Action] {
            checked(state.stopped(runner: runner, now: now))
        }

        mutating func failed(
            _ runner: UInt64,
            _ code: SchedulingError.Code
        )
            -> [SchedulerState.Action]
        {
            checked(state.loadFailed(runner: runner, SchedulingError(code, "x"), now: now))
        }

        mutating func cancel(_ waiter: UInt64) -> [SchedulerState.Action] {
            checked(state.cancel(waiter: waiter, now: now))
        }

        mutating func tick(at seconds: Int) -> [SchedulerState.Action] {
            now = .seconds(seconds)
            return checked(state.tick(now: now))
        }

        /// Asks for a model that is not loaded and has it loaded and idle again.
        mutating func use(_ name: String, runner: UInt64, at seconds: Int, mapped: Int64 = 0) {
            now = .seconds(seconds)
            #expect(ask(name).count == 1)
            #expect(loaded(runner, mapped: mapped).count == 1)
            _ = release(runner)
        }

        func facts(_ parallel: Int = 1, _ mapped: Int64 = 0) -> ModelFacts {
            ModelFacts(
                contextLength: 4096,
                trainContextLength: 8192,
                parallelSequences: parallel,
                capabilities: [],
                mappedBytes: mapped,
                allocatedBytes: 0
            )
        }

        private func checked(_ actions: [SchedulerState.Action]) -> [SchedulerState.Action] {
            #expect(state.checkInvariants())
            return actions
        }
    }

    private func load(
        _ runner: UInt64,
        _ name: String,
        parallel: Int = 1
    )
        -> SchedulerState.Action
    {
        .load(
            runner: runner,
            ModelSpecification(
                name: name,
                weights: .builtIn(name: name),
                parallelSequences: parallel
            )
        )
    }

    // MARK: - Sharing

    @Test func aModelIsLoadedOnceAndItsPlacesAreSharedInOrder() {
        var desk = Desk()
        #expect(desk.ask("a", parallel: 2) == [load(1, "a", parallel: 2)])
        #expect(desk.ask("a", parallel: 2).isEmpty)
        #expect(desk.ask("a", parallel: 2).isEmpty)
        let facts = desk.facts(2)
        #expect(
            desk.loaded(1, parallel: 2) == [
                .grant(waiter: 1, runner: 1, facts), .grant(waiter: 2, runner: 1, facts),
            ]
        )
        #expect(desk.ask("a", parallel: 2).isEmpty)
        #expect(desk.release(1) == [.grant(waiter: 3, runner: 1, facts)])
        #expect(desk.release(1) == [.grant(waiter: 4, runner: 1, facts)])
        #expect(desk.release(1).isEmpty && desk.release(1).isEmpty && desk.release(1).isEmpty)
        #expect(desk.ask("a", parallel: 2) == [.grant(waiter: 5, runner: 1, facts)])
    }

    @Test func oneModelIsLoadedAtATimeAndLoadedOnesDoNotWaitForIt() {
        var desk = Desk()
        desk.use("a", runner: 1, at: 0)
        #expect(desk.ask("b") == [load(2, "b")])
        #expect(desk.ask("c").isEmpty)
        #expect(desk.ask("a") == [.grant(waiter: 4, runner: 1, desk.facts())])
        #expect(desk.loaded(2) == [.grant(waiter: 2, runner: 2, desk.facts()), load(3, "c")])
    }

    @Test func queueThatIsFullRefusesWithUpstreamsText() {
        var desk = Desk(queue: 2)
        #expect(desk.ask("a").count == 1)
        #expect(desk.ask("a").isEmpty)
        #expect(desk.ask("b").isEmpty)
        let text = "server busy, please try again.  maximum pending requests exceeded"
        #expect(desk.ask("a") == [.fail(waiter: 4, SchedulingError(.queueFull, text))])
        #expect(desk.ask("c") == [.fail(waiter: 5, SchedulingError(.queueFull, text))])
        #expect(desk.loaded(1).contains(.grant(waiter: 1, runner: 1, desk.facts())))
        // Loading b has begun, which empties one place of the queue.
        #expect(desk.ask("a").isEmpty)
        #expect(desk.ask("a").count == 1)
    }

    @Test func queueOfNoLengthStillServesWhatCanBeServedAtOnce() {
        var desk = Desk(queue: 0)
        #expect(desk.ask("a") == [load(1, "a")])
        #expect(desk.ask("a") == [.fail(waiter: 2, .queueFull)])
        _ = desk.loaded(1)
        _ = desk.release(1)
        #expect(desk.ask("a") == [.grant(waiter: 3, runner: 1, desk.facts())])
        #expect(desk.ask("b") == [load(2, "b")])
    }

    // MARK: - Keep-alive

    @Test func keepAliveCountsFromTheEndOfTheLastRequestAndSticks() {
        var desk = Desk()
        _ = desk.ask("a", keepAlive: .duration(.seconds(10)))
        _ = desk.loaded(1)
        #expect(desk.tick(at: 100).isEmpty && desk.state.deadline == nil)
        _ = desk.release(1)
        #expect(desk.state.deadline == .seconds(110))
        #expect(desk.tick(at: 109).isEmpty)
        _ = desk.ask("a")
        #expect(desk.state.deadline == nil)
        desk.now = .seconds(120)
        _ = desk.release(1)
        #expect(desk.state.deadline == .seconds(130))
        #expect(desk.tick(at: 130) == [.stop(runner: 1)])
        #expect(desk.stopped(1).isEmpty)
        #expect(desk.state.entries.isEmpty)
    }

    @Test func keepAliveOfZeroUnloadsOnceIdle() {
        var desk = Desk()
        _ = desk.ask("a", keepAlive: .duration(.zero))
        _ = desk.ask("a")
        _ = desk.loaded(1)
        #expect(desk.release(1) == [.grant(waiter: 2, runner: 1, desk.facts())])
        #expect(desk.release(1) == [.stop(runner: 1)])
    }

    @Test(arguments: [KeepAlive.forever, .duration(.seconds(-1))])
    func negativeKeepAliveNeverExpires(_ keepAlive: KeepAlive) {
        var desk = Desk()
        _ = desk.ask("a", keepAlive: keepAlive)
        _ = desk.loaded(1)
        _ = desk.release(1)
        #expect(desk.state.deadline == nil)
        #expect(desk.tick(at: 1_000_000_000).isEmpty)
        #expect(desk.state.summaries(now: desk.now).first?.expiresIn == .some(nil))
    }

    @Test func enormousKeepAliveDoesNotOverflow() {
        var desk = Desk()
        desk.now = .seconds(Int64.max)
        _ = desk.ask("a", keepAlive: .duration(.seconds(Int64.max)))
        _ = desk.loaded(1)
        #expect(desk.release(1).isEmpty)
    }

    @Test func unloadingWaitsForTheLastAnswer() {
        var desk = Desk()
        _ = desk.ask("a")
        _ = desk.loaded(1)
        let busy = desk.state.unload(.builtIn(name: "a"), now: desk.now)
        #expect(busy.found && busy.actions.isEmpty)
        #expect(desk.release(1) == [.stop(runner: 1)])
        #expect(!desk.state.unload(.builtIn(name: "a"), now: desk.now).found)
        _ = desk.stopped(1)
        desk.use("a", runner: 2, at: 5)
        #expect(desk.state.unload(.builtIn(name: "a"), now: desk.now).actions == [.stop(runner: 2)])
    }

    @Test func listingShowsWhatStaysLongestFirst() {
        var desk = Desk()
        desk.use("a", runner: 1, at: 0)
        desk.use("b", runner: 2, at: 10)
        _ = desk.ask("c", keepAlive: .forever)
        _ = desk.loaded(3)
        desk.now = .seconds(20)
        let list = desk.state.summaries(now: desk.now)
        #expect(list.map(\.specification.name) == ["c", "b", "a"])
        #expect(list.map(\.expiresIn) == [nil, .seconds(290), .seconds(280)])
        #expect(list.map(\.activeRequests) == [1, 0, 0])
    }

    // MARK: - Room

    @Test func idleModelUnusedLongestMakesRoom() {
        var desk = Desk(maximumModels: 2)
        desk.use("a", runner: 1, at: 0)
        desk.use("b", runner: 2, at: 1)
        desk.now = .seconds(2)
        _ = desk.ask("a")
        desk.now = .seconds(3)
        _ = desk.release(1)
        #expect(desk.ask("c") == [.stop(runner: 2)])
        #expect(desk.ask("d").isEmpty)
        #expect(desk.stopped(2) == [load(3, "c")])
        #expect(desk.loaded(3) == [.grant(waiter: 4, runner: 3, desk.facts()), .stop(runner: 1)])
    }

    @Test func busyModelIsDrainedNotKilled() {
        var desk = Desk(maximumModels: 1)
        _ = desk.ask("a")
        _ = desk.loaded(1)
        _ = desk.ask("a")
        #expect(desk.ask("b").isEmpty)
        // Whoever comes for a from now on waits behind b.
        #expect(desk.ask("a").isEmpty)
        #expect(desk.release(1) == [.grant(waiter: 2, runner: 1, desk.facts())])
        #expect(desk.release(1) == [.stop(runner: 1)])
        #expect(desk.stopped(1) == [load(2, "b")])
        #expect(desk.loaded(2) == [.grant(waiter: 3, runner: 2, desk.facts())])
        #expect(desk.release(2) == [.stop(runner: 2)])
        #expect(desk.stopped(2) == [load(3, "a")])
    }

    @Test func predictedMemoryMakesRoomButTheFirstModelIsAlwaysTried() {
        var desk = Desk(available: 1000)
        #expect(desk.ask("a", bytes: 5000) == [load(1, "a")])
        _ = desk.loaded(1, mapped: 300)
        _ = desk.release(1)
        // 80 % of the 700 that are left are 560.
        #expect(desk.ask("b", bytes: 560) == [load(2, "b")])
        _ = desk.loaded(2, mapped: 100)
        _ = desk.release(2)
        #expect(desk.ask("c", bytes: 500) == [.stop(runner: 1)])
        #expect(desk.stopped(1) == [load(3, "c")])
    }

    @Test func limitOfZeroMeansThreeAnAccelerator() {
        var configuration = SchedulerConfiguration()
        #expect(configuration.modelLimit == 3)
        configuration.accelerators = 4
        #expect(configuration.modelLimit == 12)
        configuration.maximumLoadedModels = 5
        #expect(configuration.modelLimit == 5)
    }

    // MARK: - Loading anew

    @Test func otherOptionsOrAdaptersLoadTheModelAnew() {
        for options in [
            RunnerOptions(contextLength: 2048, contextIsAutomatic: false),
            RunnerOptions(batchSize: 64), RunnerOptions(threads: 1),
            RunnerOptions(usesMemoryMap: false),
        ] {
            var desk = Desk()
            desk.use("a", runner: 1, at: 0)
            #expect(desk.ask("a", options: options) == [.stop(runner: 1)])
            #expect(desk.stopped(1).count == 1)
        }
        var desk = Desk()
        desk.use("a", runner: 1, at: 0)
        #expect(desk.ask("a", adapters: ["x"]) == [.stop(runner: 1)])
    }

    @Test func contextThatComesToTheSameIsNoReason() {
        var desk = Desk()
        desk.use("a", runner: 1, at: 0)
        let same = [
            RunnerOptions(contextLength: 4096, contextIsAutomatic: false),
            RunnerOptions(contextLength: 32_768, contextIsAutomatic: true),
        ]
        for options in same {
            #expect(desk.ask("a", options: options).count == 1)
            #expect(desk.release(1).isEmpty)
        }
        // More than it was trained for is as much as it was trained for.
        var other = Desk()
        _ = other.ask("a", options: RunnerOptions(contextLength: 8192, contextIsAutomatic: false))
        _ = other.loaded(1)
        _ = other.release(1)
        let much = RunnerOptions(contextLength: 100_000, contextIsAutomatic: false)
        #expect(other.ask("a", options: much) == [.grant(waiter: 2, runner: 1, other.facts())])
    }

    // MARK: - Failures

    @Test func clientGoneWhileLoadingGivesTheLoadUp() {
        var desk = Desk()
        _ = desk.ask("a")
        _ = desk.ask("a")
        _ = desk.ask("b")
        #expect(desk.cancel(1) == [.fail(waiter: 1, .cancelled)])
        #expect(
            desk.cancel(2) == [.fail(waiter: 2, .cancelled), .stop(runner: 1), load(2, "b")]
        )
        #expect(desk.cancel(2).isEmpty)
        #expect(desk.loaded(1).isEmpty)
        #expect(desk.stopped(1).isEmpty)
    }

    @Test func failedLoadFailsThoseWhoWaitedForItOnly() {
        var desk = Desk()
        _ = desk.ask("a")
        _ = desk.ask("b")
        _ = desk.ask("a")
        let error = SchedulingError(.loadFailed, "x")
        #expect(
            desk.failed(1, .loadFailed) == [
                .stop(runner: 1), .fail(waiter: 1, error), .fail(waiter: 3, error), load(2, "b"),
            ]
        )
        #expect(desk.stopped(1).isEmpty)
        #expect(desk.ask("a").isEmpty)
    }

    @Test func lackOfMemoryIsMetWithLessContextThenAlone() {
        var desk = Desk()
        desk.use("a", runner: 1, at: 0)
        _ = desk.ask("b", options: RunnerOptions(contextLength: 262_144))
        #expect(desk.failed(2, .outOfMemory) == [.stop(runner: 2)])
        func isLoad(_ action: SchedulerState.Action?, _ runner: UInt64, context: Int) -> Bool {
            guard case .load(runner, let specification)? = action else { return false }
            return specification.options.contextLength == context
        }
        #expect(isLoad(desk.stopped(2).first, 3, context: 32_768))
        #expect(Set(desk.failed(3, .outOfMemory).map { "\($0)" }).count == 2)
        #expect(desk.stopped(3).isEmpty)
        #expect(isLoad(desk.stopped(1).first, 4, context: 32_768))
        let last = desk.failed(4, .outOfMemory)
        #expect(last.last == .fail(waiter: 2, SchedulingError(.outOfMemory, "x")))
    }

    @Test func explicitContextIsNeverReduced() {
        var desk = Desk()
        _ = desk.ask("a", options: RunnerOptions(contextLength: 9000, contextIsAutomatic: false))
        #expect(desk.failed(1, .outOfMemory).count == 2)
    }

    @Test func deadRunnerIsReplacedForThoseWhoWait() {
        var desk = Desk()
        _ = desk.ask("a")
        _ = desk.loaded(1)
        _ = desk.ask("a")
        #expect(desk.state.ended(runner: 1, now: .zero) == [.stop(runner: 1)])
        #expect(desk.release(1).isEmpty)
        #expect(desk.stopped(1) == [load(2, "a")])
        #expect(desk.loaded(2) == [.grant(waiter: 2, runner: 2, desk.facts())])
    }

    @Test func shutdownRefusesEverybodyAndStopsEverything() {
        var desk = Desk()
        desk.use("a", runner: 1, at: 0)
        _ = desk.ask("a")
        _ = desk.ask("a")
        _ = desk.ask("b")
        _ = desk.ask("c")
        let actions = desk.state.shutDown()
        #expect(Set(actions.map { "\($0)" }).count == 5)
        for waiter in [3, 4, 5] as [UInt64] {
            #expect(actions.contains(.fail(waiter: waiter, .stopping)))
        }
        #expect(actions.contains(.stop(runner: 1)) && actions.contains(.stop(runner: 2)))
        #expect(desk.ask("a") == [.fail(waiter: 6, .stopping)])
        #expect(desk.failed(2, .outOfMemory).isEmpty)
        #expect(desk.stopped(1).isEmpty && desk.stopped(2).isEmpty)
    }

    /// Events in any order keep the invariants, and whoever waits is answered in the end.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func randomEventsKeepTheInvariants(_ seed: UInt64) {
        var random = Source(state: seed &+ 1)
        var desk = Desk(
            maximumModels: Int.random(in: 1...3, using: &random),
            queue: 8,
            available: 1000,
            keepAlive: .duration(.seconds(3))
        )
        var loading: Set<UInt64> = []
        var stopping: Set<UInt64> = []
        var granted: [UInt64] = []
        var open: Set<UInt64> = []
        func note(_ actions: [SchedulerState.Action]) {
            for action in actions {
                switch action {
                case .load(let runner, _): #expect(loading.insert(runner).inserted)
                case .stop(let runner):
                    loading.remove(runner)
                    #expect(stopping.insert(runner).inserted)
                case .grant(let waiter, let runner, _):
                    #expect(open.remove(waiter) != nil)
                    #expect(!stopping.contains(runner))
                    granted.append(runner)
                case .fail(let waiter, _): #expect(open.remove(waiter) != nil)
                }
            }
        }
        func step(_ kind: Int) {
            switch kind {
            case 0...3:
                open.insert(desk.lastWaiter + 1)
                let name = ["a", "b", "c", "d"].randomElement(using: &random) ?? "a"
                let threads = [nil, nil, nil, 2].randomElement(using: &random) ?? nil
                note(
                    desk.ask(
                        name,
                        parallel: 2,
                        bytes: Int64.random(in: 0...900, using: &random),
                        options: RunnerOptions(contextLength: 8192, threads: threads)
                    )
                )
            case 4...5:
                guard let runner = loading.randomElement(using: &random) else { return }
                loading.remove(runner)
                note(desk.loaded(runner, parallel: 2, mapped: 200))
            case 6:
                guard let runner = loading.randomElement(using: &random) else { return }
                loading.remove(runner)
                note(desk.failed(runner, Bool.random(using: &random) ? .outOfMemory : .loadFailed))
            case 7...8:
                guard let runner = stopping.randomElement(using: &random) else { return }
                stopping.remove(runner)
                note(desk.stopped(runner))
            case 9...12:
                guard let index = granted.indices.randomElement(using: &random) else { return }
                note(desk.release(granted.remove(at: index)))
            case 13:
                guard let waiter = open.randomElement(using: &random) else { return }
                note(desk.cancel(waiter))
            case 14:
                guard let runner = granted.randomElement(using: &random) else { return }
                note(desk.state.ended(runner: runner, now: desk.now))
            default:
                desk.now += .seconds(1)
                note(desk.state.tick(now: desk.now))
            }
            #expect(desk.state.checkInvariants())
        }
        for _ in 0..<400 { step(Int.random(in: 0...15, using: &random)) }
        // Everything that was begun comes to its end, and nobody is forgotten.
        for _ in 0..<400 where !open.isEmpty || !granted.isEmpty || !loading.isEmpty {
            for kind in [4, 7, 9] { step(kind) }
        }
        #expect(open.isEmpty && granted.isEmpty)
    }

    private struct Source: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }
}
