internal import ApusConversation
internal import Synchronization

/// A model in a child process.
///
/// One thread of its own reads and writes the socket, reads the standard error and reaps the
/// process; nothing blocks Swift's cooperative threads. What happens is decided by
/// `RunnerSession`; this class carries it out.
final class RunnerProcess: Runner {
    /// Who waits for what; the state of the session decides when.
    struct State {
        var session: RunnerSession
        var loading: CheckedContinuation<ModelFacts, any Error>?
        var progress: (@Sendable (Double) -> Void)?
        var streams: [UInt64: AsyncThrowingStream<GenerationEvent, any Error>.Continuation] = [:]
        var replies: [UInt64: CheckedContinuation<RunnerMessage, any Error>] = [:]
        /// Those who wait until the process is gone.
        var leaving: [CheckedContinuation<Void, Never>] = []
    }

    /// Events that may wait for a client; one that falls further behind is cut off.
    static let maximumPendingEvents = 1 << 16
    /// Bytes that may wait for a runner before requests are refused.
    static let maximumPendingBytes = FrameCodec.maximumLength

    let child: ChildProcess
    let socket: FrameSocket
    let log: @Sendable (String) -> Void
    let state: Mutex<State>
    private let specification: ModelSpecification

    /// Takes over a started process and serves it until it is gone.
    init(
        _ child: ChildProcess,
        specification: ModelSpecification,
        loadTimeout: Duration,
        log: @escaping @Sendable (String) -> Void
    ) throws(SchedulingError) {
        self.child = child
        self.specification = specification
        self.log = log
        state = Mutex(State(session: RunnerSession(loadTimeout: loadTimeout)))
        do {
            socket = try FrameSocket(child.socket)
        } catch {
            Self.discard(child)
            SystemCall.close(child.socket)
            throw error
        }
        do {
            // The thread keeps the runner alive until its process is reaped.
            try DetachedThread.start { self.serve() }
        } catch {
            Self.discard(child)
            socket.close()
            throw error
        }
    }

    /// Ends a process that nobody serves.
    private static func discard(_ child: ChildProcess) {
        child.kill()
        while child.reap() == nil { SystemCall.pause(milliseconds: 1) }
        SystemCall.close(child.errors)
    }

    static var now: Duration { SystemClock.elapsed }

    var hasEnded: Bool { state.withLock { $0.session.hasEnded } }

    // MARK: - Requests

    func load(progress: @escaping @Sendable (Double) -> Void) async throws -> ModelFacts {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                beginLoading(continuation, progress)
            }
        } onCancel: {
            end(because: .cancelled)
        }
    }

    private func beginLoading(
        _ continuation: CheckedContinuation<ModelFacts, any Error>,
        _ progress: @escaping @Sendable (Double) -> Void
    ) {
        do {
            let actions = try state.withLock { state in
                let actions = try state.session.load(specification, now: Self.now)
                state.loading = continuation
                state.progress = progress
                return actions
            }
            perform(actions)
        } catch {
            continuation.resume(throwing: error)
        }
    }

    /// Starts ending the process; what waits for it fails with `error`.
    private func end(because error: SchedulingError) {
        perform(state.withLock { $0.session.stop(because: error, now: Self.now) })
        socket.wake()
    }

    func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        let (stream, continuation) = AsyncThrowingStream.makeStream(
            of: GenerationEvent.self,
            throwing: (any Error).self,
            bufferingPolicy: .bufferingOldest(Self.maximumPendingEvents)
        )
        do {
            let id = try state.withLock { state in
                let id = try state.session.begin(.generation)
                state.streams[id] = continuation
                return id
            }
            continuation.onTermination = { [weak self] _ in self?.cancel(id) }
            submit(.generate(id: id, request: request), id)
        } catch {
            continuation.finish(throwing: error)
        }
        return stream
    }

    func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult {
        let reply = try await ask(.embeddings) { .embed(id: $0, request: request) }
        guard case .embeddings(_, let result) = reply else { throw Self.confusion }
        return result
    }

    func tokenize(_ text: String, asPrompt: Bool) async throws -> [Int32] {
        let reply = try await ask(.tokens) {
            .tokenize(id: $0, text: text, asPrompt: asPrompt)
        }
        guard case .tokens(_, let tokens) = reply else { throw Self.confusion }
        return tokens
    }

    func detokenize(_ tokens: [Int32]) async throws -> String {
        let reply = try await ask(.text) { .detokenize(id: $0, tokens: tokens) }
        guard case .text(_, let text) = reply else { throw Self.confusion }
        return text
    }

    func ping(timeout: Duration) async throws -> RunnerStatus {
        let reply = try await ask(.pong(deadline: Self.now + timeout)) { .ping(id: $0) }
        guard case .pong(_, let status) = reply else { throw Self.confusion }
        return status
    }

    func stop() async {
        await withCheckedContinuation { continuation in
            let isGone = state.withLock { state in
                if state.session.phase == .ended { return true }
                state.leaving.append(continuation)
                return false
            }
            if isGone { continuation.resume() } else { end(because: .unloaded) }
        }
    }

    /// The session matches answers with questions, so this is a defect of ours if it is seen.
    private static let confusion = SchedulingError(
        .protocolViolation,
        "The answer does not fit the question."
    )

    /// Sends a request that has one answer and waits for it; cancellation is passed on.
    private func ask(
        _ kind: RunnerSession.Kind,
        _ command: @Sendable (UInt64) -> RunnerCommand
    ) async throws -> RunnerMessage {
        let id = try state.withLock { try $0.session.begin(kind) }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isWanted = state.withLock { state in
                    // The request may have ended between the two locks.
                    guard state.session.requests[id] != nil else { return false }
                    state.replies[id] = continuation
                    return true
                }
                guard isWanted else {
                    let error: SchedulingError = Task.isCancelled ? .cancelled : .stopped(nil)
                    return continuation.resume(throwing: error)
                }
                submit(command(id), id)
            }
        } onCancel: {
            cancel(id)
        }
    }

    /// Sends the command of request `id`, which fails when it cannot be sent.
    private func submit(_ command: RunnerCommand, _ id: UInt64) {
        do {
            if try socket.send(command, limit: Self.maximumPendingBytes) { return }
            fail(id, with: SchedulingError(.runnerStopped, "The model runner does not answer."))
        } catch {
            fail(id, with: SchedulingError(wrapping: error))
        }
    }

    private func cancel(_ id: UInt64) { fail(id, with: .cancelled) }

    /// Ends a request from our side.
    func fail(_ id: UInt64, with error: SchedulingError) {
        let (actions, stream, reply) = state.withLock { state in
            (
                state.session.cancel(id), state.streams.removeValue(forKey: id),
                state.replies.removeValue(forKey: id)
            )
        }
        stream?.finish(throwing: error)
        reply?.resume(throwing: error)
        perform(actions)
    }
}
