import ApusConversation
import Foundation
import Synchronization

@testable import ApusScheduling

/// A clock that tests move.
final class MockClock: SchedulerClock {
    private struct State {
        var now = Duration.zero
        var sleepers: [UUID: (time: Duration, continuation: CheckedContinuation<Void, any Error>)] =
            [:]
        var cancelled: Set<UUID> = []
    }
    private let state = Mutex(State())

    var now: Duration { state.withLock { $0.now } }

    /// Times at which somebody wants to be woken.
    var alarms: [Duration] { state.withLock { $0.sleepers.values.map(\.time).sorted() } }

    func sleep(until time: Duration) async throws {
        let id = UUID()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isOver: Bool? = state.withLock { state in
                    if state.cancelled.contains(id) { return nil }
                    if time <= state.now { return true }
                    state.sleepers[id] = (time, continuation)
                    return false
                }
                if isOver == true { continuation.resume() }
                if isOver == nil { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                state.cancelled.insert(id)
                return state.sleepers.removeValue(forKey: id)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    func advance(to time: Duration) {
        let due = state.withLock { state in
            state.now = time
            let due = state.sleepers.filter { $0.value.time <= time }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume() }
    }
}

/// Waits until a condition holds, at most for some seconds; says whether it does.
func eventually(_ condition: () async -> Bool) async -> Bool {
    for _ in 0..<5000 {
        if await condition() { return true }
        try? await Task.sleep(for: .milliseconds(1))
    }
    return await condition()
}

/// A runner in this process that does as it is told.
final class FakeRunner: Runner {
    struct State {
        var isStopped = false
        var isDead = false
        var answersPings = true
        var loading: CheckedContinuation<ModelFacts, any Error>?
    }
    let specification: ModelSpecification
    let state = Mutex(State())

    init(_ specification: ModelSpecification) { self.specification = specification }

    static let facts = ModelFacts(
        contextLength: 4096,
        trainContextLength: 4096,
        parallelSequences: 1,
        capabilities: ["completion"],
        mappedBytes: 1,
        allocatedBytes: 1
    )

    var hasEnded: Bool { state.withLock { $0.isStopped || $0.isDead } }

    func load(progress: @escaping @Sendable (Double) -> Void) async throws -> ModelFacts {
        guard specification.name.hasPrefix("slow") else { return Self.facts }
        return try await withCheckedThrowingContinuation { continuation in
            let isOver = state.withLock { state in
                if state.isStopped { return true }
                state.loading = continuation
                return false
            }
            if isOver { continuation.resume(throwing: SchedulingError.unloaded) }
        }
    }

    func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { continuation in
            continuation.yield(.content(specification.name))
            continuation.finish()
        }
    }

    func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult {
        EmbeddingResult(vectors: [], tokens: 0)
    }
    func tokenize(_ text: String, asPrompt: Bool) async throws -> [Int32] { [] }
    func detokenize(_ tokens: [Int32]) async throws -> String { "" }

    func ping(timeout: Duration) async throws -> RunnerStatus {
        guard state.withLock({ $0.answersPings }) else { throw SchedulingError.stopped(nil) }
        return RunnerStatus(activeSequences: 0, queuedSequences: 0)
    }

    func stop() async {
        let loading = state.withLock { state in
            state.isStopped = true
            defer { state.loading = nil }
            return state.loading
        }
        loading?.resume(throwing: SchedulingError.unloaded)
    }
}

/// Starts fakes and remembers them in order.
final class FakeLauncher: RunnerLauncher {
    let runners = Mutex<[FakeRunner]>([])

    func launch(_ specification: ModelSpecification) throws -> any Runner {
        if specification.name == "unstartable" { throw SchedulingError(.internalError, "no fork") }
        let runner = FakeRunner(specification)
        runners.withLock { $0.append(runner) }
        return runner
    }

    var launched: [FakeRunner] { runners.withLock { $0 } }
}
