#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Everything that a file, a pipe or standard input has.
enum InputBytes {
    /// Bytes that are read at most.
    private static let maximum = 64 << 20

    /// All of standard input; nothing when the process was started without one.
    ///
    /// Blocks. Throws: `CommandFailure` when it is too long or cannot be read.
    static func ofStandardInput() throws -> [UInt8] {
        // A descriptor that is not open has nothing piped in.
        if fcntl(STDIN_FILENO, F_GETFD) < 0 { return [] }
        return try all(of: STDIN_FILENO, name: "Standard input")
    }

    /// All of a file; nil when there is none.
    ///
    /// Blocks. Throws: `CommandFailure` when it is too long or cannot be read.
    static func ofFile(_ path: String) throws -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw unreadable(path)
        }
        defer { close(descriptor) }
        return try all(of: descriptor, name: path)
    }

    private static func all(of descriptor: Int32, name: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &piece, piece.count)
            if count == 0 { return bytes }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw unreadable(name)
            }
            bytes += piece[..<count]
            guard bytes.count <= maximum else {
                throw CommandFailure("\(name) exceeds \(maximum >> 20) MiB")
            }
        }
    }

    private static func unreadable(_ name: String) -> CommandFailure {
        CommandFailure("\(name) cannot be read: \(String(cString: strerror(errno)))")
    }
}
