internal import ApusConversation
internal import Synchronization

/// The thread that serves a runner's process, and what it does with the session's decisions.
extension RunnerProcess {
    /// Bytes read at a time.
    private static let chunk = 1 << 16
    /// How often a process that is about to end is looked for.
    private static let reapMilliseconds: Int32 = 5

    /// Serves until the process is gone.
    func serve() {
        var decoder = FrameDecoder()
        var lines = LineSplitter()
        var buffer = [UInt8](repeating: 0, count: Self.chunk)
        var isConnected = true
        var hasErrors = true
        while true {
            let ready = waitForSomething(isConnected: isConnected, hasErrors: hasErrors)
            if ready.errors { hasErrors = readErrors(&lines, &buffer) }
            if ready.woken { socket.clearWake() }
            if isConnected, ready.readable { isConnected = readFrames(&decoder, &buffer) }
            if isConnected { isConnected = socket.flush() }
            if !isConnected { state.withLock { $0.session.socketEnded(now: Self.now) } }
            let detail = lines.lastError
            perform(state.withLock { $0.session.tick(now: Self.now, detail: detail) })
            guard state.withLock({ $0.session.isLeaving }), let status = child.reap() else {
                continue
            }
            while hasErrors, readErrors(&lines, &buffer, onlyIfAny: true) {}
            finish(status, &lines)
            return
        }
    }

    private func waitForSomething(
        isConnected: Bool,
        hasErrors: Bool
    ) -> (readable: Bool, woken: Bool, errors: Bool) {
        // A descriptor of -1 is ignored by poll.
        let found = SystemCall.wait(
            [
                (isConnected ? socket.descriptor : -1, socket.hasOutput),
                (socket.wakeDescriptor, false), (hasErrors ? child.errors : -1, false),
            ],
            milliseconds: patience()
        )
        return (found[0].readable, found[1].readable, found[2].readable)
    }

    /// Milliseconds until something must be done though nothing happens; negative for never.
    private func patience() -> Int32 {
        let (deadline, isLeaving) = state.withLock { ($0.session.deadline, $0.session.isLeaving) }
        if isLeaving { return Self.reapMilliseconds }
        guard let deadline else { return -1 }
        let (seconds, attoseconds) = min(max(deadline - Self.now, .zero), .seconds(3600)).components
        return Int32(seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
    }

    /// False when the socket has ended.
    private func readFrames(_ decoder: inout FrameDecoder, _ buffer: inout [UInt8]) -> Bool {
        switch SystemCall.read(socket.descriptor, into: &buffer) {
        case .nothing: return true
        case .ended: return false
        case .bytes(let count):
            decoder.append(buffer[..<count])
            do throws(SchedulingError) {
                while let body = try decoder.next() {
                    let message = try FrameCodec.decode(RunnerMessage.self, from: body)
                    perform(state.withLock { $0.session.receive(message, now: Self.now) })
                }
            } catch {
                perform(state.withLock { $0.session.receiveGarbage(error) })
                return false
            }
            return true
        }
    }

    /// Reads the standard error once; false when it has ended, or has nothing and `onlyIfAny`.
    private func readErrors(
        _ lines: inout LineSplitter,
        _ buffer: inout [UInt8],
        onlyIfAny: Bool = false
    ) -> Bool {
        switch SystemCall.read(child.errors, into: &buffer) {
        case .nothing: return !onlyIfAny
        case .ended: return false
        case .bytes(let count):
            for line in lines.append(buffer[..<count]) { log(line) }
            state.withLock { $0.session.receiveLine(now: Self.now) }
            return true
        }
    }

    /// The process is reaped: free everything, then tell everybody.
    private func finish(_ status: ChildProcess.Status, _ lines: inout LineSplitter) {
        if let line = lines.finish() { log(line) }
        socket.close()
        SystemCall.close(child.errors)
        let detail = lines.lastError
        let (actions, leaving) = state.withLock { state in
            defer { state.leaving = [] }
            return (state.session.exited(status, detail: detail), state.leaving)
        }
        perform(actions)
        for continuation in leaving { continuation.resume() }
    }

    /// Carries out what the session decided; never called with the lock held.
    func perform(_ actions: [RunnerSession.Action]) {
        for action in actions {
            switch action {
            case .progress(let fraction): state.withLock { $0.progress }?(fraction)
            case .loaded(let facts): takeLoading()?.resume(returning: facts)
            case .loadFailed(let error): takeLoading()?.resume(throwing: error)
            case .event(let id, let event): deliver(event, to: id)
            case .reply(let id, let message): complete(id, message)
            case .requestFailed(let id, let error): fail(id, with: error)
            case .kill: child.kill()
            case .send(let command):
                // Refused only when the socket is closed or clogged; the session's deadlines see
                // to a runner that does not read.
                _ = try? socket.send(command, limit: Self.maximumPendingBytes)
            }
        }
    }

    private func takeLoading() -> CheckedContinuation<ModelFacts, any Error>? {
        state.withLock { state in
            defer {
                state.loading = nil
                state.progress = nil
            }
            return state.loading
        }
    }

    private func deliver(_ event: GenerationEvent, to id: UInt64) {
        guard let stream = state.withLock({ $0.streams[id] }) else { return }
        if case .dropped = stream.yield(event) {
            fail(
                id,
                with: SchedulingError(
                    .clientTooSlow,
                    "The client read so slowly that \(Self.maximumPendingEvents) pieces of the "
                        + "answer were waiting for it."
                )
            )
        }
    }

    private func complete(_ id: UInt64, _ message: RunnerMessage) {
        let (stream, reply) = state.withLock { state in
            (state.streams.removeValue(forKey: id), state.replies.removeValue(forKey: id))
        }
        stream?.finish()
        reply?.resume(returning: message)
    }
}
