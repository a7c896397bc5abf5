internal import ApusDialects
internal import ApusStore
internal import Logging
internal import NIOPosix
internal import Synchronization

/// The message batches of a store: on disk, so that they outlive the server, and in order.
///
/// What is known of batches is in memory and on disk alike; requests and results are on disk only.
/// The folder is opened, for one server at a time, at the first use, or by `run` when it is there
/// already. Thread-safe.
package final class MessageBatches: Sendable {
    struct Entry: Sendable {
        let identifier: BatchIdentifier
        var batch: AnthropicBatch
        /// How its requests ended so far; the batch itself says so at its end.
        var counts = AnthropicBatch.Counts()
        /// Bytes on disk.
        var bytes: Int64
        /// Whether it could not be worked on, because of the disk; tried again at the next event.
        var isStalled = false

        /// Requests that have ended.
        var done: Int { counts.succeeded + counts.errored + counts.canceled + counts.expired }
    }

    struct State: Sendable {
        var folder: BatchFolder?
        var entries: [BatchIdentifier: Entry] = [:]
        /// The batch whose request is being answered, and how to end that.
        var current: (identifier: BatchIdentifier, stop: AsyncStream<Void>.Continuation)?

        /// All batches, oldest first.
        var sorted: [Entry] {
            entries.values.sorted { left, right in
                (left.batch.createdAt, left.identifier) < (right.batch.createdAt, right.identifier)
            }
        }
    }

    /// How much is kept.
    struct Limits: Sendable {
        /// Batches of any age.
        var batches = 1000
        /// Bytes of requests and results when another batch is made.
        var bytes: Int64 = 8 << 30
    }

    let path: String
    let limits: Limits
    let now: @Sendable () -> WireTime
    let state = Mutex(State())
    /// Serialises changes of the files, so that the latest state is what is written last.
    let disk = Mutex(())
    let wakes: AsyncStream<Void>
    let wake: AsyncStream<Void>.Continuation

    /// The batches in the folder at `path`.
    init(path: String, limits: Limits = Limits(), now: @escaping @Sendable () -> WireTime) {
        self.path = path
        self.limits = limits
        self.now = now
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    // MARK: - For clients

    /// Makes a batch and has it worked on.
    ///
    /// Throws: `AnthropicError` of kind `rateLimit` when enough is kept; `StoreError`.
    func create(_ items: [AnthropicBatchRequest.Item]) async throws -> AnthropicBatch {
        let folder = try await folder()
        try await archive(in: folder)
        try checkRoom()
        guard let identifier = BatchIdentifier(AnthropicIdentifier.make("msgbatch")) else {
            throw AnthropicError(.api, "no identifier could be made")
        }
        let batch = AnthropicBatch(
            id: identifier.description,
            count: items.count,
            createdAt: now()
        )
        try await blocking { [self] in
            try disk.withLock { _ in
                try folder.create(
                    identifier,
                    record: batch.record,
                    requests: items.flatMap(\.line)
                )
                let bytes = folder.size(of: identifier)
                state.withLock { state in
                    state.entries[identifier] = Entry(
                        identifier: identifier,
                        batch: batch,
                        bytes: bytes
                    )
                }
            }
        }
        wake.yield()
        return batch
    }

    /// A batch.
    ///
    /// Throws: `AnthropicError` of kind `notFound`; `StoreError`.
    func batch(_ text: String) async throws -> AnthropicBatch { try await entry(text).batch }

    /// All batches, newest first.
    func list() async throws -> [AnthropicBatch] {
        guard try await open(makingFolder: false) != nil else { return [] }
        return state.withLock { $0.sorted.reversed().map(\.batch) }
    }

    /// Asks for the end of a batch; the request under way is given up.
    func cancel(_ text: String) async throws -> AnthropicBatch {
        let identifier = try await entry(text).identifier
        let time = now()
        let batch = state.withLock { state in
            state.entries[identifier]?.batch.cancel(at: time)
            if state.current?.identifier == identifier { state.current?.stop.finish() }
            return state.entries[identifier]?.batch
        }
        guard let batch else { throw Self.notFound(text) }
        try await persist(identifier)
        wake.yield()
        return batch
    }

    /// Removes a batch that has ended.
    ///
    /// Throws: as `batch`; `AnthropicError` of kind `invalidRequest` before its end.
    func delete(_ text: String) async throws {
        let entry = try await entry(text)
        guard entry.batch.status == .ended else {
            throw AnthropicError(
                .invalidRequest,
                "\(text) is still being processed; cancel it, and delete it when it has ended"
            )
        }
        let folder = try await folder()
        try await blocking { [self] in
            try disk.withLock { _ in
                try folder.remove(entry.identifier)
                state.withLock { $0.entries[entry.identifier] = nil }
            }
        }
    }

    /// The results of a batch that has ended.
    ///
    /// Throws: as `batch`; `AnthropicError` of kind `invalidRequest` before its end and after its
    /// archival.
    func results(_ text: String) async throws -> BatchReader {
        let entry = try await entry(text)
        guard entry.batch.resultsURL != nil else {
            let reason =
                entry.batch.status == .ended
                ? "the results of \(text) were removed after 29 days"
                : "\(text) is still being processed; it has no results yet"
            throw AnthropicError(.invalidRequest, reason)
        }
        let folder = try await folder()
        return try await blocking { try folder.reader(of: .results, entry.identifier) }
    }

    // MARK: - Parts

    /// What is known of the batch that `text` names.
    private func entry(_ text: String) async throws -> Entry {
        guard let identifier = BatchIdentifier(text),
            try await open(makingFolder: false) != nil,
            let entry = state.withLock({ $0.entries[identifier] })
        else { throw Self.notFound(text) }
        return entry
    }

    private func checkRoom() throws(AnthropicError) {
        let (count, bytes) = state.withLock { state in
            (state.entries.count, state.entries.values.reduce(0) { $0 + $1.bytes })
        }
        guard count < limits.batches else {
            throw AnthropicError(
                .rateLimit,
                "\(count) batches are kept, which is as many as can be; delete some that have ended"
            )
        }
        guard bytes < limits.bytes else {
            throw AnthropicError(
                .rateLimit,
                "batches take \(bytes) bytes, the limit is \(limits.bytes); delete some that have "
                    + "ended"
            )
        }
    }

    private static func notFound(_ text: String) -> AnthropicError {
        AnthropicError(.notFound, "message batch: \(text.prefix(100))")
    }

    /// Runs `work` where waiting for the disk holds up nobody.
    func blocking<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await NIOThreadPool.singleton.runIfActive(work)
    }
}
