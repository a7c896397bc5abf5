#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Nobody reads what is written: `apus list | head -1` is through with us.
struct ConsoleClosed: Error {}

/// Standard output or standard error.
struct Console: Sendable {
    static let output = Console(descriptor: STDOUT_FILENO)
    static let errors = Console(descriptor: STDERR_FILENO)

    let descriptor: Int32

    /// Whether people look at it.
    var isTerminal: Bool { Terminal.isTerminal(descriptor) }

    /// Columns of the terminal.
    var width: Int { Terminal.size(descriptor).columns }

    /// Whether cursor movements and colours can be used.
    var isStyled: Bool {
        isTerminal && getenv("TERM").map { String(cString: $0) } != "dumb"
    }

    /// Whether colours are wanted (<https://no-color.org>).
    var isColoured: Bool {
        guard isStyled else { return false }
        return getenv("NO_COLOR").map { $0.pointee == 0 } ?? true
    }

    /// Writes all of `text`.
    ///
    /// Throws: `ConsoleClosed` when the other end is gone. Other failures, a full disk say, are
    /// reported as a `CommandFailure`.
    func write(_ text: String) throws {
        var text = text
        try text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                #if canImport(Darwin)
                let count = Darwin.write(descriptor, rest.baseAddress, rest.count)
                #else
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                #endif
                if count > 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
                } else {
                    try Self.recover(errno)
                }
            }
        }
    }

    /// Writes `text` and a line end.
    func writeLine(_ text: String = "") throws { try write(text + "\n") }

    /// Waits out what passes, throws for the rest.
    private static func recover(_ code: Int32) throws {
        switch code {
        case EINTR: return
        case EAGAIN: usleep(1000)
        case EPIPE: throw ConsoleClosed()
        default:
            throw CommandFailure("The output cannot be written: \(String(cString: strerror(code)))")
        }
    }
}
