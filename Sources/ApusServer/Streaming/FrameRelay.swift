internal import NIOCore

/// Work for one request, done apart from the handler so that it can be ended from outside.
///
/// A handler cannot be cancelled when its client hangs up, so what takes long runs in a task of its
/// own, and the frames it makes come through a queue. The task ends when it has made its last frame,
/// when the connection ends, when the server stops, when the handler's task is cancelled, or when
/// nobody holds the relay any more.
final class FrameRelay: Sendable {
    private let queue: FrameQueue
    private let task: Task<Void, Never>
    private let registry: ConnectionRegistry
    private let connection: ConnectionRegistry.ID
    private let token: UInt64

    /// Starts `work`, which sends its frames to the queue it is given.
    init(
        for context: ServerContext,
        in registry: ConnectionRegistry,
        work: @escaping @Sendable (FrameQueue) async throws -> Void
    ) {
        let queue = FrameQueue()
        let task = Task {
            do {
                try await work(queue)
                queue.finish()
            } catch {
                queue.finish(throwing: error)
            }
        }
        self.queue = queue
        self.task = task
        self.registry = registry
        connection = context.connection
        token = registry.onEnd(of: context.connection) { task.cancel() }
    }

    deinit {
        registry.forget(token, of: connection)
        queue.abandon()
        task.cancel()
    }

    /// The next frame; nil after the last.
    ///
    /// Throws: what the work threw.
    func next() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await queue.next()
        } onCancel: {
            task.cancel()
        }
    }

    /// The only frame of work that makes one.
    func only() async throws -> [UInt8] {
        guard let frame = try await next() else {
            throw ServerError(.clientGone, "request canceled")
        }
        return frame
    }
}
