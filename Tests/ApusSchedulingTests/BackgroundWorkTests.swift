import ApusConversation
import Testing

@testable import ApusScheduling

/// Work that nobody waits for: what it may take, and when it gives way.
@Suite struct BackgroundWorkTests {
    private typealias Desk = SchedulerStateTests.Desk

    @Test func itWaitsBehindEverybodyAndDoesNotCountTowardTheQueue() {
        var desk = Desk(queue: 1)
        desk.use("a", runner: 1, at: 0)
        let facts = desk.facts()
        #expect(desk.ask("a") == [.grant(waiter: 2, runner: 1, facts)])
        #expect(desk.ask("a", background: true).isEmpty)
        #expect(desk.ask("a").isEmpty)
        #expect(desk.state.queueLength == 1)
        #expect(desk.release(1) == [.grant(waiter: 4, runner: 1, facts)])
        #expect(desk.release(1) == [.grant(waiter: 3, runner: 1, facts)])
        #expect(!desk.state.isWanted(runner: 1))
        #expect(desk.ask("a").isEmpty)
        #expect(desk.state.isWanted(runner: 1))
        #expect(
            desk.release(1, background: true) == [.grant(waiter: 5, runner: 1, facts)]
        )
        #expect(!desk.state.isWanted(runner: 1))
        #expect(desk.release(1).isEmpty)
    }

    @Test func itNeverMakesABusyModelGo() {
        var desk = Desk(maximumModels: 1)
        desk.use("a", runner: 1, at: 0)
        #expect(desk.ask("a").count == 1)
        #expect(desk.ask("b", background: true).isEmpty)
        #expect(desk.state.entries.values.allSatisfy { !$0.isDraining })
        #expect(desk.release(1) == [.stop(runner: 1)])
    }

    @Test func itMakesAnIdleModelGo() {
        var desk = Desk(maximumModels: 1)
        desk.use("a", runner: 1, at: 0)
        #expect(desk.ask("b", background: true) == [.stop(runner: 1)])
    }

    @Test func itDoesNotHoldUpARequestBehindIt() {
        var desk = Desk(maximumModels: 2)
        desk.use("a", runner: 1, at: 0)
        desk.use("b", runner: 2, at: 0)
        #expect(desk.ask("a").count == 1 && desk.ask("b").count == 1)
        #expect(desk.ask("c", background: true).isEmpty)
        #expect(desk.ask("a").isEmpty)
        #expect(desk.release(1).count == 1)
    }

    @Test func aModelThatOnlyDoesItGoesBeforeOthers() {
        var desk = Desk(maximumModels: 2)
        desk.use("a", runner: 1, at: 0)
        desk.use("b", runner: 2, at: 0)
        #expect(desk.ask("a").count == 1)
        #expect(desk.ask("b", background: true).count == 1)
        #expect(desk.ask("c").isEmpty)
        #expect(desk.state.isWanted(runner: 2) && !desk.state.isWanted(runner: 1))
        #expect(desk.release(2, background: true) == [.stop(runner: 2)])
    }

    @Test func itIsToldWhenItsPlaceIsNeeded() async throws {
        let scheduler = Scheduler(
            configuration: SchedulerConfiguration(),
            launcher: FakeLauncher(),
            clock: MockClock(),
            availableBytes: { nil }
        )
        let wish = SchedulerRequest(
            specification: ModelSpecification(name: "a", weights: .builtIn(name: "a")),
            predictedBytes: 0,
            isBackground: true
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await scheduler.run() }
            let lease = try await scheduler.acquire(wish)
            #expect(try await lease.untilWanted { 7 } == 7)
            lease.release()
            let second = try await scheduler.acquire(wish)
            var live = wish
            live.isBackground = false
            async let answer = scheduler.acquire(live)
            let result = try await second.untilWanted {
                // Ended by the wish of another, or the test hangs into its time limit.
                try await Task.sleep(for: .seconds(3600))
                return 7
            }
            #expect(result == nil)
            second.release()
            let other = try await answer
            #expect(try await other.untilWanted { 8 } == 8)
            other.release()
            await scheduler.shutdown()
            try await group.waitForAll()
        }
    }
}
