internal import ApusConversation
internal import ApusDialects
internal import Synchronization

/// One response that is made whether or not anybody waits for it.
///
/// Its events can be read from anywhere by any number of readers, if it keeps them. Thread-safe.
final class BackgroundResponse: Sendable {
    private struct State {
        var framing: OpenAIResponses.Framing
        var events: [JSONValue] = []
        var isOver = false
        var readers: [UInt64: AsyncStream<JSONValue>.Continuation] = [:]
        var last: UInt64 = 0
        var task: Task<Void, Never>?
    }

    /// What was asked for.
    let request: OpenAIResponses.Request
    private let state: Mutex<State>

    /// A response that has not begun.
    init(_ framing: OpenAIResponses.Framing, to request: OpenAIResponses.Request) {
        self.request = request
        state = Mutex(State(framing: framing))
        publish { $0.begin() }
    }

    /// Whether events are kept for readers.
    var keepsEvents: Bool { request.stream.isOn }

    /// The response as far as it has come.
    var response: JSONValue { state.withLock { $0.framing.response } }

    /// Whether nothing more comes.
    var isOver: Bool { state.withLock { $0.isOver } }

    /// Has `work` make the response.
    func start(_ work: @escaping @Sendable (BackgroundResponse) async -> Void) {
        let task = Task { await work(self) }
        let isOver = state.withLock { state in
            state.task = task
            return state.isOver
        }
        if isOver { task.cancel() }
    }

    /// Publishes the events that `make` adds to the response.
    ///
    /// - `beforeLast`: called with the response when it is complete, before its last event is out.
    func publish(
        beforeLast: (OpenAIResponses.Framing) -> Void = { _ in },
        _ make: (inout OpenAIResponses.Framing) -> [JSONValue]
    ) {
        let done = state.withLock { state in
            guard !state.isOver else { return [AsyncStream<JSONValue>.Continuation]() }
            let frames = make(&state.framing)
            if state.framing.isComplete { beforeLast(state.framing) }
            if keepsEvents { state.events += frames }
            for reader in state.readers.values {
                for frame in frames { reader.yield(frame) }
            }
            return state.framing.isComplete ? Self.end(&state) : []
        }
        for reader in done { reader.finish() }
    }

    /// Ends the response where it stands, unless it has ended.
    ///
    /// - `beforeEnd`: called with the response as it stays.
    func cancel(beforeEnd: (OpenAIResponses.Framing) -> Void = { _ in }) {
        let (task, done) = state.withLock { state in
            guard !state.isOver else {
                return (nil, []) as (Task<Void, Never>?, [AsyncStream<JSONValue>.Continuation])
            }
            state.framing.cancel()
            beforeEnd(state.framing)
            return (state.task, Self.end(&state))
        }
        task?.cancel()
        for reader in done { reader.finish() }
    }

    /// The events after number `number`, as they come; all of them for nil.
    func events(after number: Int?) -> AsyncStream<JSONValue> {
        let (stream, continuation) = AsyncStream<JSONValue>.makeStream()
        state.withLock { state in
            // Events are numbered from 0.
            let first = number.map { $0.clampingSum(1) } ?? 0
            for event in state.events.dropFirst(first) { continuation.yield(event) }
            guard !state.isOver else { return continuation.finish() }
            state.last += 1
            let reader = state.last
            state.readers[reader] = continuation
            continuation.onTermination = { [weak self] _ in
                self?.state.withLock { $0.readers[reader] = nil }
            }
        }
        return stream
    }

    /// The readers, whose streams are finished without the lock, which they take when they end.
    private static func end(_ state: inout State) -> [AsyncStream<JSONValue>.Continuation] {
        state.isOver = true
        defer { state.readers = [:] }
        return Array(state.readers.values)
    }
}

extension Int {
    fileprivate func clampingSum(_ other: Int) -> Int {
        let (sum, overflowed) = addingReportingOverflow(other)
        return overflowed ? .max : sum
    }
}
