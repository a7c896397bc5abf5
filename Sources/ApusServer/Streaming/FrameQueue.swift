internal import Synchronization

/// Frames on their way from the one who makes them to the one who sends them.
///
/// Holds a bounded number; the maker waits when the client reads slower than the model writes.
/// One maker, one sender. Thread-safe.
final class FrameQueue: Sendable {
    private enum End {
        /// More may come.
        case open
        /// What is left is all.
        case finished
        /// What is left is followed by this error.
        case failed(any Error)
        /// Nobody reads any more.
        case abandoned
    }

    private struct State {
        var frames: [[UInt8]] = []
        var end = End.open
        var reader: Waiter?
        var writer: Waiter?

        mutating func take(_ side: Side) -> Waiter? {
            switch side {
            case .reader: reader.take()
            case .writer: writer.take()
            }
        }

        /// Notes who waits; whoever waited there before was cancelled.
        mutating func put(_ waiter: Waiter, at side: Side) {
            switch side {
            case .reader: reader = waiter
            case .writer: writer = waiter
            }
        }
    }

    private typealias Waiter = CheckedContinuation<Void, Never>

    private enum Side { case reader, writer }

    private let state = Mutex(State())
    private let capacity: Int

    /// A queue that holds `capacity` frames before its maker has to wait.
    init(capacity: Int = 64) { self.capacity = capacity }

    /// Appends a frame, once there is room.
    ///
    /// Throws: `CancellationError` when nobody reads any more or the task is cancelled.
    func send(_ frame: [UInt8]) async throws {
        try offer(frame)
        await wait(at: .writer) { state in
            guard case .open = state.end else { return false }
            return state.frames.count >= self.capacity
        }
        try Task.checkCancellation()
    }

    /// Appends a frame without waiting, for makers that cannot and make few.
    ///
    /// Throws: `CancellationError` when nobody reads any more.
    func offer(_ frame: [UInt8]) throws {
        let (reader, isOpen) = state.withLock { state in
            guard case .open = state.end else { return (nil, false) as (Waiter?, Bool) }
            state.frames.append(frame)
            return (state.reader.take(), true)
        }
        reader?.resume()
        if !isOpen { throw CancellationError() }
    }

    /// Says that no more frames come, because of `error` if there is one.
    func finish(throwing error: (any Error)? = nil) {
        close(error.map { .failed($0) } ?? .finished)
    }

    /// Says that nobody reads any more.
    func abandon() { close(.abandoned) }

    /// The next frame, once there is one; nil after the last.
    ///
    /// Throws: what `finish` was given; `CancellationError` when the task is cancelled.
    func next() async throws -> [UInt8]? {
        await wait(at: .reader) { state in
            guard case .open = state.end else { return false }
            return state.frames.isEmpty
        }
        let (frame, writer, error) = state.withLock { state in
            if !state.frames.isEmpty {
                return (state.frames.removeFirst(), state.writer.take(), nil)
                    as ([UInt8]?, Waiter?, (any Error)?)
            }
            switch state.end {
            case .open, .abandoned: return (nil, nil, CancellationError())
            case .finished: return (nil, nil, nil)
            case .failed(let error): return (nil, nil, error)
            }
        }
        writer?.resume()
        if let error { throw error }
        return frame
    }

    private func close(_ end: End) {
        let waiters = state.withLock { state in
            guard case .open = state.end else {
                // Whoever waits for an error still gets it, but nobody can be waiting to write.
                return [state.writer.take()]
            }
            state.end = end
            if case .abandoned = end { state.frames = [] }
            return [state.reader.take(), state.writer.take()]
        }
        for waiter in waiters { waiter?.resume() }
    }

    /// Waits while `mustWait` holds, until somebody resumes the waiter of `side` or the task is
    /// cancelled.
    private func wait(
        at side: Side,
        while mustWait: @Sendable (State) -> Bool
    ) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isWaiting = state.withLock { state in
                    guard mustWait(state), !Task.isCancelled else { return false }
                    state.put(continuation, at: side)
                    return true
                }
                if !isWaiting { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.take(side) }?.resume()
        }
    }
}
