internal import ApusConversation

/// The server's side of one runner: what was asked, what may be answered, when patience ends.
///
/// Pure: every method takes the time and returns what the owner must do. Times are on any clock
/// that only goes forward.
struct RunnerSession: Sendable {
    /// How far the runner's life has come.
    enum Phase: Sendable, Equatable {
        /// Started, nothing asked. Next: `loading`, `leaving`, `ended`.
        case created
        /// `load` was sent; fails when `deadline` passes without a sign of progress. Next:
        /// `ready`, `leaving`, `ended`.
        case loading(deadline: Duration?)
        /// The model answers requests. Next: `leaving`, `ended`.
        case ready
        /// It was asked to end or has closed its socket; killed at `killAt`. Next: `killed`,
        /// `ended`.
        case leaving(killAt: Duration)
        /// It was killed and will be gone any moment. Next: `ended`.
        case killed
        /// The process is gone. Nothing comes next.
        case ended
    }

    /// What a request expects for an answer.
    enum Kind: Sendable, Equatable {
        case generation
        case embeddings
        case tokens
        case text
        case pong(deadline: Duration)
    }

    enum Action: Sendable, Equatable {
        /// Loading has come this far.
        case progress(Double)
        case loaded(ModelFacts)
        case loadFailed(SchedulingError)
        case event(UInt64, GenerationEvent)
        /// The final message of a request, never `requestFailed`.
        case reply(UInt64, RunnerMessage)
        case requestFailed(UInt64, SchedulingError)
        case send(RunnerCommand)
        case kill
    }

    /// Time a runner has to end after it was asked to, or has closed its socket.
    static let grace = Duration.seconds(2)
    /// SIGKILL: what the kernel sends when memory runs out.
    private static let killSignal: Int32 = 9

    private(set) var phase = Phase.created
    /// Requests without a final answer.
    private(set) var requests: [UInt64: Kind] = [:]
    private var lastID: UInt64 = 0
    /// Nil for no limit.
    private let loadTimeout: Duration?
    private var lastProgress = 0.0
    /// Whether `load` still waits for its result.
    private var isLoadPending = false
    /// Why the server ended it; nil as long as the end would be a surprise.
    private var reason: SchedulingError?

    /// - Parameter loadTimeout: time without any progress after which loading fails; 0 or less
    ///   for no limit.
    init(loadTimeout: Duration) {
        self.loadTimeout = loadTimeout > .zero ? loadTimeout : nil
    }

    /// When `tick` must be called again at the latest; nil when only events matter.
    var deadline: Duration? {
        var earliest: Duration?
        func include(_ time: Duration?) {
            guard let time else { return }
            earliest = min(earliest ?? time, time)
        }
        switch phase {
        case .loading(let deadline): include(deadline)
        case .leaving(let killAt): include(killAt)
        case .created, .ready, .killed, .ended: break
        }
        for case .pong(let deadline) in requests.values { include(deadline) }
        return earliest
    }

    /// Whether the process is expected to end, so that somebody must look.
    var isLeaving: Bool {
        switch phase {
        case .leaving, .killed: true
        case .created, .loading, .ready, .ended: false
        }
    }

    /// Whether requests are refused from now on.
    var hasEnded: Bool { isLeaving || phase == .ended }

    // MARK: - From the server

    mutating func load(
        _ specification: ModelSpecification,
        now: Duration
    ) throws(SchedulingError) -> [Action] {
        guard phase == .created else {
            throw hasEnded ? refusal : SchedulingError(.internalError, "A runner loads only once.")
        }
        phase = .loading(deadline: loadTimeout.map { now + $0 })
        isLoadPending = true
        return [.send(.load(specification))]
    }

    /// Registers a request, whose id goes into the command.
    mutating func begin(_ kind: Kind) throws(SchedulingError) -> UInt64 {
        guard phase == .ready else {
            throw hasEnded
                ? refusal : SchedulingError(.internalError, "The runner's model is not loaded.")
        }
        lastID += 1
        requests[lastID] = kind
        return lastID
    }

    /// Forgets a request; the runner is told if it may still be working on it.
    mutating func cancel(_ id: UInt64) -> [Action] {
        guard requests.removeValue(forKey: id) != nil, phase == .ready else { return [] }
        return [.send(.cancel(id: id))]
    }

    /// Ends the runner; requests fail with `error`.
    mutating func stop(because error: SchedulingError, now: Duration) -> [Action] {
        guard !hasEnded else { return [] }
        let failures = failAll(error)
        reason = error
        phase = .leaving(killAt: now + Self.grace)
        return failures + [.send(.shutdown)]
    }

    // MARK: - From the runner

    mutating func receive(_ message: RunnerMessage, now: Duration) -> [Action] {
        guard !hasEnded else { return [] }
        switch message {
        case .loading(let progress):
            guard case .loading = phase else { return violation("progress while not loading") }
            phase = .loading(deadline: loadTimeout.map { now + $0 })
            lastProgress = min(max(progress, lastProgress), 1)
            return [.progress(lastProgress)]
        case .loaded(let facts):
            guard case .loading = phase else { return violation("a model while not loading") }
            phase = .ready
            isLoadPending = false
            return [.loaded(facts)]
        case .failed(let error):
            guard case .loading = phase else { return violation("a failure while not loading") }
            reason = error
            isLoadPending = false
            phase = .leaving(killAt: now + Self.grace)
            return [.loadFailed(error), .send(.shutdown)]
        case .event(let id, let event):
            guard isIssued(id) else { return violation("an event of request \(id)") }
            guard let kind = requests[id] else { return [] }
            return kind == .generation
                ? [.event(id, event)] : violation("an event for request \(id), which has none")
        case .requestFailed(let id, let error):
            guard isIssued(id) else { return violation("a failure of request \(id)") }
            return requests.removeValue(forKey: id) == nil ? [] : [.requestFailed(id, error)]
        case .completed(let id): return finish(id, message) { $0 == .generation }
        case .embeddings(let id, _): return finish(id, message) { $0 == .embeddings }
        case .tokens(let id, _): return finish(id, message) { $0 == .tokens }
        case .text(let id, _): return finish(id, message) { $0 == .text }
        case .pong(let id, _):
            return finish(id, message) { if case .pong = $0 { true } else { false } }
        }
    }

    /// The runner has written to its standard error: it is alive.
    mutating func receiveLine(now: Duration) {
        if case .loading = phase { phase = .loading(deadline: loadTimeout.map { now + $0 }) }
    }

    /// What arrived is not the protocol.
    mutating func receiveGarbage(_ error: SchedulingError) -> [Action] {
        hasEnded ? [] : abandon(error)
    }

    /// The socket has ended; the process is given a moment to do so too.
    mutating func socketEnded(now: Duration) {
        if !hasEnded { phase = .leaving(killAt: now + Self.grace) }
    }

    /// The process is gone; `detail` is the last error it wrote.
    mutating func exited(_ status: ChildProcess.Status, detail: String?) -> [Action] {
        guard phase != .ended else { return [] }
        if reason == nil { reason = surprise(status, detail) }
        phase = .ended
        return failAll(refusal)
    }

    /// Time has passed; `detail` is the last error the runner wrote.
    mutating func tick(now: Duration, detail: String?) -> [Action] {
        switch phase {
        case .loading(let deadline?) where deadline <= now:
            let percent = Int(lastProgress * 100)
            let text = "timed out waiting for the model runner to start - \(percent)% loaded"
            let error = SchedulingError(
                .loadTimedOut,
                detail.map { "\(text) - \($0)" } ?? text
            )
            return abandon(error)
        case .leaving(let killAt) where killAt <= now:
            phase = .killed
            return [.kill]
        default: break
        }
        var actions: [Action] = []
        for (id, kind) in requests {
            guard case .pong(let deadline) = kind, deadline <= now else { continue }
            requests[id] = nil
            actions.append(
                .requestFailed(
                    id,
                    SchedulingError(.runnerStopped, "The model runner does not answer.")
                )
            )
        }
        return actions
    }

    // MARK: - Helpers

    /// What a request is told that comes after the end.
    private var refusal: SchedulingError { reason ?? .stopped(nil) }

    /// The error for an end that nobody asked for.
    private func surprise(_ status: ChildProcess.Status, _ detail: String?) -> SchedulingError {
        guard isLoadPending else { return .stopped(detail) }
        if status == .signalled(Self.killSignal) {
            return SchedulingError(
                .outOfMemory,
                "The model runner was killed while it loaded the model, most likely because the "
                    + "system ran out of memory."
            )
        }
        let text = "model runner process has terminated: \(status)"
        return SchedulingError(.runnerStopped, detail.map { "\(text): \($0)" } ?? text)
    }

    private func isIssued(_ id: UInt64) -> Bool { id >= 1 && id <= lastID }

    private mutating func finish(
        _ id: UInt64,
        _ message: RunnerMessage,
        _ fits: (Kind) -> Bool
    ) -> [Action] {
        guard isIssued(id) else { return violation("an answer to request \(id)") }
        guard let kind = requests[id] else { return [] }
        guard fits(kind) else { return violation("the wrong answer to request \(id)") }
        requests[id] = nil
        return [.reply(id, message)]
    }

    private mutating func violation(_ what: String) -> [Action] {
        abandon(SchedulingError(.protocolViolation, "The model runner sent \(what)."))
    }

    /// Gives up a runner that cannot be trusted to end by itself.
    private mutating func abandon(_ error: SchedulingError) -> [Action] {
        let failures = failAll(error)
        reason = error
        phase = .killed
        return failures + [.kill]
    }

    private mutating func failAll(_ error: SchedulingError) -> [Action] {
        var actions: [Action] = []
        if isLoadPending { actions.append(.loadFailed(error)) }
        isLoadPending = false
        for id in requests.keys.sorted() { actions.append(.requestFailed(id, error)) }
        requests = [:]
        return actions
    }
}
