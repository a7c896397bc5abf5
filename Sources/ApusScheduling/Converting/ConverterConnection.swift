/// The server's end of a converter: its process, and what it says.
///
/// The process is gone when this value is. Blocks the calling thread, which is nobody else's.
struct ConverterConnection: ~Copyable {
    private static let chunk = 1 << 20
    /// How often it is asked whether the file is still wanted.
    private static let patienceMilliseconds: Int32 = 100
    /// How long a process may take to end after it has closed its socket.
    private static let leavingMilliseconds = 2000

    private let child: ChildProcess
    private let isWanted: @Sendable () -> Bool
    private let log: @Sendable (String) -> Void
    private var lines = LineSplitter()
    private var hasErrors = true
    private var isReaped = false
    private var buffer = [UInt8](repeating: 0, count: chunk)
    /// Bytes of `buffer` that are yet to be looked at.
    private var unread = 0..<0

    /// Takes over a started process.
    init(
        _ child: ChildProcess,
        isWanted: @escaping @Sendable () -> Bool,
        log: @escaping @Sendable (String) -> Void
    ) {
        self.child = child
        self.isWanted = isWanted
        self.log = log
        SystemCall.makeNonBlocking(child.socket)
    }

    deinit {
        if !isReaped {
            child.kill()
            while child.reap() == nil { SystemCall.pause(milliseconds: 1) }
        }
        SystemCall.close(child.socket)
        SystemCall.close(child.errors)
    }

    /// Sends the order.
    ///
    /// Throws: as `next`; what encoding throws.
    mutating func send(_ order: ConversionOrder) throws {
        var frame: [UInt8] = []
        try FrameCodec.append(order, to: &frame)
        var rest = frame[...]
        while !rest.isEmpty {
            guard let count = SystemCall.send(child.socket, rest) else { throw ended() }
            rest = rest.dropFirst(count)
            if count > 0 { continue }
            try checkWanted()
            _ = SystemCall.wait(
                [(child.socket, true)],
                milliseconds: Self.patienceMilliseconds
            )
        }
    }

    /// The next message; pieces of the file before it go to `sink`.
    ///
    /// Throws: `runnerStopped` when the process ends first; `protocolViolation`;
    /// `CancellationError` when the file is not wanted any more; what `sink` throws.
    mutating func next(
        _ sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> ConverterMessage {
        while true {
            let head = try take(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let length = Int(head & ~ConverterMessage.pieceMark)
            if head & ConverterMessage.pieceMark == 0 {
                try check(length, ConverterMessage.maximumLength)
                let body = try take(length)
                return try FrameCodec.decode(ConverterMessage.self, from: body[...])
            }
            try check(length, ConverterMessage.maximumPiece)
            try pass(length, to: sink)
        }
    }

    private func check(_ length: Int, _ limit: Int) throws(SchedulingError) {
        guard length > limit else { return }
        throw SchedulingError(
            .protocolViolation,
            "The converter announces \(length) bytes at once, the most that is accepted is "
                + "\(limit)."
        )
    }

    private func checkWanted() throws {
        if !isWanted() { throw CancellationError() }
    }

    /// The next `count` bytes.
    private mutating func take(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try pass(count) { bytes += $0 }
        return bytes
    }

    /// Hands the next `count` bytes to `sink`.
    private mutating func pass(
        _ count: Int,
        to sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var rest = count
        while rest > 0 {
            if unread.isEmpty { try fill() }
            let part = unread.prefix(rest)
            try buffer.withUnsafeBytes { try sink(UnsafeRawBufferPointer(rebasing: $0[part])) }
            unread = part.upperBound..<unread.upperBound
            rest -= part.count
        }
    }

    /// Waits for bytes.
    private mutating func fill() throws {
        while true {
            try checkWanted()
            let found = SystemCall.wait(
                [(child.socket, false), (hasErrors ? child.errors : -1, false)],
                milliseconds: Self.patienceMilliseconds
            )
            if found[1].readable { readErrors() }
            guard found[0].readable else { continue }
            switch SystemCall.read(child.socket, into: &buffer) {
            case .nothing: continue
            case .ended: throw ended()
            case .bytes(let count):
                unread = 0..<count
                return
            }
        }
    }

    /// Reads what is there of the standard error.
    private mutating func readErrors() {
        var piece = [UInt8](repeating: 0, count: 4096)
        while hasErrors {
            switch SystemCall.read(child.errors, into: &piece) {
            case .nothing: return
            case .ended: hasErrors = false
            case .bytes(let count): for line in lines.append(piece[..<count]) { log(line) }
            }
        }
    }

    /// Why a process has ended without a last word.
    private mutating func ended() -> SchedulingError {
        var status = child.reap()
        var waited = 0
        while status == nil {
            if waited == Self.leavingMilliseconds { child.kill() }
            SystemCall.pause(milliseconds: 1)
            waited += 1
            status = child.reap()
        }
        isReaped = true
        readErrors()
        if let line = lines.finish() { log(line) }
        let reason = status.map { " (\($0))" } ?? ""
        let detail = lines.lastError.map { ": \($0)" } ?? ""
        return SchedulingError(
            .runnerStopped,
            "the converter has unexpectedly stopped\(reason), this may be due to resource "
                + "limitations or an internal error\(detail)"
        )
    }
}
