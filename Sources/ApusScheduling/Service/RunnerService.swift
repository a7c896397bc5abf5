internal import ApusConversation

/// The child's side of the runner protocol: takes commands, has a backend work on them, answers.
///
/// One thread reads and writes the socket. When the server says `shutdown` or is gone, that thread
/// ends the process at once, whatever the backend is doing.
package struct RunnerService: Sendable {
    /// Why the connection with the server is over.
    enum End: Sendable, Equatable {
        case shutdown
        case disconnected
        case violation(SchedulingError)
    }

    private let backend: any RunnerBackend

    /// A service that loads its model with `backend`.
    package init(backend: any RunnerBackend) { self.backend = backend }

    /// Serves the socket at file descriptor 0 until the process ends.
    package func run() async {
        await run(on: 0) { end in
            if case .violation(let error) = end { SystemCall.report("error: \(error.message)") }
            SystemCall.endProcess(end == .shutdown || end == .disconnected ? 0 : 1)
        }
    }

    /// Serves a socket, which it closes at the end; `onEnd` is called on the serving thread.
    func run(on descriptor: Int32, onEnd: @escaping @Sendable (End) -> Void) async {
        let (commands, feed) = AsyncStream.makeStream(of: RunnerCommand.self)
        let socket: FrameSocket
        do {
            socket = try FrameSocket(descriptor)
            try DetachedThread.start {
                let end = RunnerServing(socket: socket, feed: feed).serve()
                socket.close()
                onEnd(end)
                feed.finish()
            }
        } catch {
            return onEnd(.violation(error))
        }
        let desk = RunnerDesk(backend: backend, outlet: RunnerOutlet(socket: socket))
        await withDiscardingTaskGroup { group in
            for await command in commands {
                // In order, so that a cancellation finds what it cancels.
                desk.register(command)
                group.addTask { await desk.handle(command) }
            }
            group.cancelAll()
        }
    }
}

/// The thread at the socket of a runner.
struct RunnerServing {
    let socket: FrameSocket
    let feed: AsyncStream<RunnerCommand>.Continuation

    /// Reads and writes until the connection is over.
    func serve() -> RunnerService.End {
        var decoder = FrameDecoder()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let found = SystemCall.wait(
                [(socket.descriptor, socket.hasOutput), (socket.wakeDescriptor, false)],
                milliseconds: -1
            )
            if found[1].readable { socket.clearWake() }
            if found[0].readable {
                switch SystemCall.read(socket.descriptor, into: &buffer) {
                case .nothing: break
                case .ended: return .disconnected
                case .bytes(let count):
                    decoder.append(buffer[..<count])
                    if let end = takeFrames(&decoder) { return end }
                }
            }
            if !socket.flush() { return .disconnected }
        }
    }

    private func takeFrames(_ decoder: inout FrameDecoder) -> RunnerService.End? {
        do throws(SchedulingError) {
            while let body = try decoder.next() {
                let command = try FrameCodec.decode(RunnerCommand.self, from: body)
                if command == .shutdown { return .shutdown }
                feed.yield(command)
            }
            return nil
        } catch {
            return .violation(error)
        }
    }
}
