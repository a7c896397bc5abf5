internal import Crypto

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The SHA-256 of a file, read piece by piece.
struct FileDigest: Sendable, Equatable {
    private static let pieceBytes = 4 << 20

    /// `sha256:` and 64 hexadecimal digits.
    let text: String
    /// Bytes of the file.
    let size: Int64

    /// Reads a file; `progress` is told the bytes read and the bytes there are.
    ///
    /// Blocks. Throws: `CommandFailure` when it cannot be read.
    static func of(
        _ path: String,
        progress: (Int64, Int64) -> Void = { _, _ in }
    ) throws -> FileDigest {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(path) }
        var hash = SHA256()
        var piece = [UInt8](repeating: 0, count: pieceBytes)
        var size: Int64 = 0
        while true {
            let count = read(descriptor, &piece, piece.count)
            if count == 0 { break }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw unreadable(path)
            }
            piece.withUnsafeBytes { hash.update(bufferPointer: .init(rebasing: $0[..<count])) }
            size += Int64(count)
            progress(size, Int64(status.st_size))
        }
        let digits = hash.finalize().map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return FileDigest(text: "sha256:" + digits.joined(), size: size)
    }

    private static func unreadable(_ path: String) -> CommandFailure {
        CommandFailure("\(path) cannot be read: \(String(cString: strerror(errno)))")
    }
}
