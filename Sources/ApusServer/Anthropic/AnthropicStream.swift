internal import ApusConversation
internal import ApusDialects
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import Synchronization

/// The events of one answer on their way to a client, with pings when there are none for long.
///
/// A ping needs a message to stand in, so the first one begins it; from then on the answer has a
/// status, and an error becomes an event. One task passes what the model says, another pings.
final class AnthropicStream: Sendable {
    private struct State {
        var framing: AnthropicFraming
        var hasStarted = false
        /// Whether events wait for the client, which then has no need of pings.
        var isSending = false
        /// Whether nothing was sent since the last look.
        var isSilent = true
        var isComplete = false

        /// What begins the message goes into the queue at once, so that no ping overtakes it.
        mutating func start(
            with events: [AnthropicEvent],
            in queue: FrameQueue
        ) throws -> ArraySlice<AnthropicEvent> {
            guard !hasStarted, let first = events.first else { return events[...] }
            hasStarted = true
            try queue.offer(Array(first.text.utf8))
            return events.dropFirst()
        }
    }

    private let state: Mutex<State>
    private let queue: FrameQueue

    /// A stream of nothing yet.
    init(_ framing: AnthropicFraming, to queue: FrameQueue) {
        state = Mutex(State(framing: framing))
        self.queue = queue
    }

    /// Whether the message has ended.
    var isComplete: Bool { state.withLock(\.isComplete) }

    /// Sends what an event of the model makes.
    ///
    /// Throws: `CancellationError` when nobody reads any more.
    func pass(_ event: GenerationEvent) async throws {
        let events = try state.withLock { state in
            let events = state.framing.events(for: event)
            state.isSending = !events.isEmpty
            if case .messageStop? = events.last { state.isComplete = true }
            return try state.start(with: events, in: queue)
        }
        for event in events { try await queue.send(Array(event.text.utf8)) }
        state.withLock { state in
            state.isSilent = state.isSilent && !state.isSending
            state.isSending = false
        }
    }

    /// Does `work`; after every `silence` without an event there is a ping.
    func breakingSilence(
        of silence: Duration,
        _ work: () async throws -> Void
    ) async throws {
        async let _ = ping(every: silence)
        try await work()
    }

    private func ping(every silence: Duration) async throws {
        while true {
            try await Task.sleep(for: silence)
            try state.withLock { state in
                defer { state.isSilent = true }
                guard state.isSilent, !state.isSending, !state.isComplete else { return }
                if !state.hasStarted {
                    let events = state.framing.start(PromptUsage(tokens: 0, cachedTokens: 0))
                    _ = try state.start(with: events, in: queue)
                }
                try queue.offer(Array(AnthropicEvent.ping.text.utf8))
            }
        }
    }
}

extension AnthropicStream {
    /// The frames of a relay as server-sent events, one write each.
    ///
    /// Waits for the first frame, so that an error before it becomes an answer with a status of its
    /// own; an error after it becomes the last event. `saysDone` adds `data: [DONE]` after that.
    static func response(
        from relay: FrameRelay,
        _ context: ServerContext,
        requestID: String,
        saysDone: Bool
    ) async throws -> Response {
        let first = try await relay.only()
        let body = ResponseBody { writer in
            var frame: [UInt8]? = first
            do {
                while let event = frame {
                    try await writer.write(ByteBuffer(bytes: event))
                    frame = try await relay.next()
                }
            } catch let error as ChannelError {
                throw error
            } catch {
                let failure = AnthropicFailureMapping(of: error)
                failure.log(to: context.logger, path: "a stream", requestID: requestID)
                let event = AnthropicEvent.error(failure.error, requestID: requestID)
                try await writer.write(ByteBuffer(string: event.text))
            }
            if saysDone { try await writer.write(ByteBuffer(string: AnthropicEvent.done)) }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache",
            ],
            body: body
        )
    }
}
