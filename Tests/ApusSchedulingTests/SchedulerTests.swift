import ApusConversation
import Synchronization
import Testing

@testable import ApusScheduling

/// The scheduler with runners that only pretend, on a clock that only moves when told.
@Suite struct SchedulerTests {
    private let clock = MockClock()
    private let launcher = FakeLauncher()

    private func request(_ name: String, keepAlive: KeepAlive? = nil) -> SchedulerRequest {
        SchedulerRequest(
            specification: ModelSpecification(name: name, weights: .builtIn(name: name)),
            keepAlive: keepAlive,
            predictedBytes: 0
        )
    }

    /// Runs `body` beside a running scheduler, which must come to its end afterwards.
    private func withScheduler(
        _ edit: (inout SchedulerConfiguration) -> Void = { _ in },
        _ body: (Scheduler) async throws -> Void
    ) async throws {
        var configuration = SchedulerConfiguration()
        edit(&configuration)
        let scheduler = Scheduler(
            configuration: configuration,
            launcher: launcher,
            clock: clock,
            availableBytes: { nil }
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await scheduler.run() }
            do {
                try await body(scheduler)
            } catch {
                await scheduler.shutdown()
                throw error
            }
            await scheduler.shutdown()
            try await group.waitForAll()
        }
        #expect(launcher.launched.allSatisfy { $0.hasEnded })
    }

    @Test func leaseAnswersAndExpires() async throws {
        try await withScheduler { scheduler in
            let lease = try await scheduler.acquire(request("a"))
            #expect(lease.facts == FakeRunner.facts)
            var answer: [GenerationEvent] = []
            let prompt = GenerationRequest(prompt: .text(""))
            for try await event in lease.generate(prompt) { answer.append(event) }
            #expect(answer == [.content("a")])
            #expect(scheduler.loadedModels().map(\.activeRequests) == [1])
            lease.release()
            lease.release()
            #expect(scheduler.loadedModels().map(\.expiresIn) == [.seconds(300)])
            #expect(await eventually { clock.alarms.contains(.seconds(300)) })
            clock.advance(to: .seconds(299))
            #expect(scheduler.loadedModels().map(\.expiresIn) == [.seconds(1)])
            clock.advance(to: .seconds(300))
            #expect(await eventually { scheduler.loadedModels().isEmpty })
            #expect(await eventually { launcher.launched.allSatisfy { $0.hasEnded } })
        }
    }

    @Test func shorterKeepAliveMovesTheAlarmForward() async throws {
        try await withScheduler { scheduler in
            try await scheduler.acquire(request("a")).release()
            #expect(await eventually { clock.alarms.contains(.seconds(300)) })
            try await scheduler.acquire(request("b", keepAlive: .duration(.seconds(2)))).release()
            #expect(await eventually { clock.alarms.contains(.seconds(2)) })
            clock.advance(to: .seconds(2))
            #expect(
                await eventually { scheduler.loadedModels().map(\.specification.name) == ["a"] }
            )
        }
    }

    @Test func droppedLeaseIsReleased() async throws {
        try await withScheduler { scheduler in
            _ = try await scheduler.acquire(request("a"))
            #expect(scheduler.loadedModels().map(\.activeRequests) == [0])
        }
    }

    @Test func requestsForOnePlaceComeOneAfterAnother() async throws {
        let busiest = Gauge()
        try await withScheduler { scheduler in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        let lease = try await scheduler.acquire(request("a"))
                        busiest.enter()
                        await Task.yield()
                        busiest.leave()
                        lease.release()
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(busiest.most == 1)
        #expect(launcher.launched.count == 1)
    }

    @Test func cancelledClientAbortsTheLoad() async throws {
        try await withScheduler { scheduler in
            let client = Task { try await scheduler.acquire(request("slow")) }
            #expect(await eventually { launcher.launched.count == 1 })
            client.cancel()
            let error = await #expect(throws: SchedulingError.self) { try await client.value }
            #expect(error?.code == .cancelled)
            #expect(await eventually { launcher.launched.allSatisfy { $0.hasEnded } })
            try await scheduler.acquire(request("b")).release()
        }
    }

    @Test func requestOfACancelledTaskIsRefused() async throws {
        try await withScheduler { scheduler in
            let client = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await scheduler.acquire(request("a"))
            }
            let error = await #expect(throws: SchedulingError.self) { try await client.value }
            #expect(error == .cancelled)
        }
    }

    @Test func runnerThatCannotBeStartedIsReportedAndForgotten() async throws {
        try await withScheduler { scheduler in
            for _ in 0..<3 {
                let error = await #expect(throws: SchedulingError.self) {
                    try await scheduler.acquire(request("unstartable"))
                }
                #expect(error?.message == "no fork")
            }
            try await scheduler.acquire(request("a")).release()
        }
    }

    @Test func deadRunnerIsReplacedAtTheNextRequest() async throws {
        try await withScheduler { scheduler in
            try await scheduler.acquire(request("a")).release()
            launcher.launched[0].state.withLock { $0.isDead = true }
            #expect(scheduler.loadedModels().isEmpty)
            try await scheduler.acquire(request("a")).release()
            #expect(launcher.launched.count == 2)
        }
    }

    @Test func runnerThatDoesNotAnswerIsGivenUp() async throws {
        try await withScheduler { scheduler in
            try await scheduler.acquire(request("a", keepAlive: .forever)).release()
            #expect(await eventually { clock.alarms.contains(.seconds(30)) })
            launcher.launched[0].state.withLock { $0.answersPings = false }
            clock.advance(to: .seconds(30))
            #expect(await eventually { launcher.launched[0].hasEnded })
            try await scheduler.acquire(request("a")).release()
            #expect(launcher.launched.count == 2)
        }
    }

    @Test func unloadingEndsAnIdleModel() async throws {
        try await withScheduler { scheduler in
            #expect(!scheduler.unload(request("a").specification))
            try await scheduler.acquire(request("a")).release()
            #expect(scheduler.unload(request("a").specification))
            #expect(await eventually { launcher.launched[0].hasEnded })
        }
    }

    @Test func cancellingTheServiceEndsEveryRunner() async throws {
        let scheduler = Scheduler(
            configuration: SchedulerConfiguration(),
            launcher: launcher,
            clock: clock,
            availableBytes: { nil }
        )
        let service = Task { await scheduler.run() }
        let lease = try await scheduler.acquire(request("a"))
        let waiting = Task { try await scheduler.acquire(request("slow")) }
        #expect(await eventually { launcher.launched.count == 2 })
        service.cancel()
        await service.value
        #expect(launcher.launched.allSatisfy { $0.hasEnded })
        await #expect(throws: SchedulingError.self) { try await waiting.value }
        await #expect(throws: SchedulingError.stopping) {
            try await scheduler.acquire(request("b"))
        }
        await scheduler.shutdown()
        lease.release()
    }
}

/// How many were inside at a time.
private final class Gauge: Sendable {
    private let state = Mutex((now: 0, most: 0))
    var most: Int { state.withLock { $0.most } }
    func enter() {
        state.withLock {
            $0.now += 1
            $0.most = max($0.most, $0.now)
        }
    }
    func leave() { state.withLock { $0.now -= 1 } }
}

@Suite struct MemoryProbeTests {
    @Test func availableMemoryIsReadFromItsLine() {
        let text = "MemTotal: 100 kB\nMemFree:    1 kB\nMemAvailable:   12345 kB\nBuffers: 1 kB\n"
        #expect(MemoryProbe.parse(text) == Int64(12345 * 1024))
    }

    @Test(arguments: [
        "", "MemAvailable:", "MemAvailable: x kB", "MemAvailable: 5 MB", "MemAvailable: -5 kB",
        "MemAvailable: 9223372036854775807 kB",
    ])
    func anythingElseIsUnknown(_ text: String) {
        #expect(MemoryProbe.parse(text) == nil)
    }
}
