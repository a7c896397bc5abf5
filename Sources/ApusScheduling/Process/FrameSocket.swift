internal import Synchronization

/// A socket that carries frames, served by one thread that owns its reading and waiting.
///
/// Any thread may `send`; the bytes wait in an outbox that the serving thread flushes. The two
/// sides of the runner protocol use it alike.
final class FrameSocket: Sendable {
    private struct Outbox {
        var bytes: [UInt8] = []
        var sent = 0
        var isClosed = false
        var pending: Int { bytes.count - sent }
    }

    /// The socket, for waiting on it.
    let descriptor: Int32
    /// Readable when another thread wants the serving thread to look around.
    let wakeDescriptor: Int32
    private let wakeEnd: Int32
    private let outbox = Mutex(Outbox())

    /// Takes over `descriptor`.
    init(_ descriptor: Int32) throws(SchedulingError) {
        let wake = try SystemCall.pipe()
        self.descriptor = descriptor
        wakeDescriptor = wake.read
        wakeEnd = wake.write
        for end in [descriptor, wake.read, wake.write] { SystemCall.makeNonBlocking(end) }
    }

    /// Whether bytes wait to be sent.
    var hasOutput: Bool { outbox.withLock { $0.pending > 0 } }

    /// Bytes that wait to be sent.
    var pendingBytes: Int { outbox.withLock { $0.pending } }

    /// Queues a frame, if at most `limit` bytes wait already; says whether it did.
    ///
    /// False also when the socket is closed. Throws: `invalidRequest` when the frame would be too
    /// long, and what encoding throws.
    func send(_ message: some Encodable, limit: Int) throws -> Bool {
        var frame: [UInt8] = []
        try FrameCodec.append(message, to: &frame)
        return outbox.withLock { outbox in
            guard !outbox.isClosed, outbox.pending <= limit else { return false }
            outbox.bytes += frame
            SystemCall.nudge(wakeEnd)
            return true
        }
    }

    /// Makes the serving thread look around.
    func wake() {
        outbox.withLock { if !$0.isClosed { SystemCall.nudge(wakeEnd) } }
    }

    /// Sends what the socket takes; false when the other side is gone.
    ///
    /// Serving thread only.
    func flush() -> Bool {
        outbox.withLock { outbox in
            while outbox.pending > 0 {
                guard let count = SystemCall.send(descriptor, outbox.bytes[outbox.sent...]) else {
                    return false
                }
                if count == 0 { return true }
                outbox.sent += count
            }
            outbox.sent = 0
            outbox.bytes.removeAll(keepingCapacity: outbox.bytes.capacity <= 1 << 20)
            return true
        }
    }

    /// Empties the wake pipe; serving thread only.
    func clearWake() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while case .bytes = SystemCall.read(wakeDescriptor, into: &bytes) {}
    }

    /// Closes the socket, as the last act of the serving thread; later sends are refused.
    func close() {
        outbox.withLock { outbox in
            guard !outbox.isClosed else { return }
            outbox = Outbox(isClosed: true)
            for end in [descriptor, wakeDescriptor, wakeEnd] { SystemCall.close(end) }
        }
    }
}
