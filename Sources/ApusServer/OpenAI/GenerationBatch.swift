internal import ApusConversation
internal import ApusScheduling

/// Generations that together answer one request, as many at a time as the model has places.
struct GenerationBatch: Sendable {
    private typealias Piece = (index: Int, event: GenerationEvent)

    /// Events that may wait for a client that reads slowly, over all generations.
    private static let maximumBacklog = 65536

    let scheduler: Scheduler
    let wish: SchedulerRequest
    let requests: [GenerationRequest]
    let log: GenerationLog

    /// Hands every event, with the index of its generation, to `take`.
    ///
    /// Every generation has a lease of its own, so other requests have their turn between them.
    /// Throws: `SchedulingError`; what `take` throws; `CancellationError`.
    func forEach(_ take: (Int, GenerationEvent) async throws -> Void) async throws {
        let (stream, continuation) = AsyncThrowingStream<Piece, any Error>.makeStream(
            bufferingPolicy: .bufferingOldest(Self.maximumBacklog)
        )
        async let running: Void = run(continuation)
        for try await piece in stream { try await take(piece.index, piece.event) }
        await running
        try Task.checkCancellation()
    }

    /// Runs all generations, then ends the stream.
    private func run(
        _ continuation: AsyncThrowingStream<Piece, any Error>.Continuation
    ) async {
        let workers = min(requests.count, max(1, wish.specification.parallelSequences))
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<workers {
                    group.addTask {
                        for index in stride(from: worker, to: requests.count, by: workers) {
                            try await generate(index, continuation)
                        }
                    }
                }
                try await group.waitForAll()
            }
            continuation.finish()
        } catch {
            continuation.finish(throwing: error)
        }
    }

    private func generate(
        _ index: Int,
        _ continuation: AsyncThrowingStream<Piece, any Error>.Continuation
    ) async throws {
        let lease = try await scheduler.acquire(wish)
        defer { lease.release() }
        for try await event in lease.generate(requests[index], log) {
            switch continuation.yield((index, event)) {
            case .enqueued: break
            case .terminated: throw CancellationError()
            default:
                throw SchedulingError(
                    .clientTooSlow,
                    "the client reads too slowly to keep the answer for it"
                )
            }
        }
        try Task.checkCancellation()
    }
}
