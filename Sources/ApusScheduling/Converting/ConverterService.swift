#if canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#elseif canImport(Darwin)
private import Darwin
#endif

/// The child's side of the converter protocol: takes one order, makes one file, ends.
package enum ConverterService {
    /// How to make a file.
    package struct Work {
        /// Hands the file to its argument piece by piece.
        package typealias Write = (_ sink: (UnsafeRawBufferPointer) throws -> Void) throws -> Void

        let status: String
        let sizeBytes: Int64
        let write: Write

        /// Work that `write` does; `status` is what people are told meanwhile.
        package init(status: String, sizeBytes: Int64, write: @escaping Write) {
            self.status = status
            self.sizeBytes = sizeBytes
            self.write = write
        }
    }

    private static let socket: Int32 = 0
    /// How much a converter steps back behind processes that answer requests.
    private static let niceness: Int32 = 5

    /// Serves the socket at file descriptor 0 until the work is done or the server is gone.
    ///
    /// - Parameters:
    ///   - explain: turns errors of the work into those that the server is told.
    ///   - plan: plans the order; nil when there is nothing to do.
    package static func run(
        explaining explain: (any Error) -> SchedulingError,
        _ plan: (ConversionOrder) throws -> Work?
    ) -> Never {
        stepBack()
        do {
            let order = try receive()
            try endWithServer()
            if let work = try plan(order) {
                try send(.planned(status: work.status, sizeBytes: work.sizeBytes))
                try work.write { try send($0) }
                try send(.finished)
            } else {
                try send(.notNeeded)
            }
        } catch {
            try? send(.failed(explain(error)))
        }
        SystemCall.endProcess(0)
    }

    /// Leaves processors to those who answer, and is the first to go when memory runs out.
    private static func stepBack() {
        _ = nice(niceness)
        #if os(Linux)
        let file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = "500".withCString { write(file, $0, 3) }
        SystemCall.close(file)
        #endif
    }

    private static func receive() throws -> ConversionOrder {
        var decoder = FrameDecoder()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            if let body = try decoder.next() {
                return try FrameCodec.decode(ConversionOrder.self, from: body)
            }
            guard case .bytes(let count) = SystemCall.read(socket, into: &buffer) else {
                SystemCall.endProcess(1)
            }
            decoder.append(buffer[..<count])
        }
    }

    /// Ends the process when the server closes the socket or ends, whatever else goes on.
    private static func endWithServer() throws(SchedulingError) {
        try DetachedThread.start {
            var buffer = [UInt8](repeating: 0, count: 64)
            while case .bytes = SystemCall.read(socket, into: &buffer) {}
            SystemCall.endProcess(1)
        }
    }

    private static func send(_ message: ConverterMessage) throws {
        var frame: [UInt8] = []
        try FrameCodec.append(message, to: &frame, maximumLength: ConverterMessage.maximumLength)
        sendAll(frame)
    }

    /// Sends a piece of the file.
    private static func send(_ piece: UnsafeRawBufferPointer) throws {
        var rest = piece[...]
        while !rest.isEmpty {
            let part = rest.prefix(ConverterMessage.maximumPiece)
            let length = UInt32(part.count) | ConverterMessage.pieceMark
            sendAll((0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + part)
            rest = rest.dropFirst(part.count)
        }
    }

    /// Waits until the server has taken the bytes.
    private static func sendAll(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let count = SystemCall.send(socket, rest) else { SystemCall.endProcess(1) }
            rest = rest.dropFirst(count)
        }
    }
}
