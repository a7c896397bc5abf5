internal import NIOCore
internal import NIOPosix

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A file read piece by piece, as fast as somebody takes the pieces.
struct FilePieces: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    /// Bytes read at a time.
    private static let pieceBytes = 1 << 20

    /// Bytes of the file.
    let size: Int64
    private let file: OpenFile
    private let progress: @Sendable (Int64) -> Void

    /// Opens a file.
    ///
    /// Throws: `unreadableFile`.
    init(path: String, progress: @escaping @Sendable (Int64) -> Void) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.unreadable(path, errno) }
        file = OpenFile(path: path, descriptor: descriptor)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw ClientError(.unreadableFile, "\(path) is no file")
        }
        size = Int64(status.st_size)
        self.progress = progress
    }

    func makeAsyncIterator() -> Iterator { Iterator(file: file, progress: progress) }

    private static func unreadable(_ path: String, _ reason: Int32) -> ClientError {
        ClientError(.unreadableFile, "\(path) cannot be read: \(String(cString: strerror(reason)))")
    }

    /// Closes the file when nobody needs it any more.
    fileprivate final class OpenFile: Sendable {
        let path: String
        let descriptor: Int32

        init(path: String, descriptor: Int32) {
            self.path = path
            self.descriptor = descriptor
        }

        deinit { close(descriptor) }
    }

    /// Reads on from where it is.
    struct Iterator: AsyncIteratorProtocol {
        private let file: OpenFile
        private let progress: @Sendable (Int64) -> Void
        private var position: Int64 = 0

        fileprivate init(file: OpenFile, progress: @escaping @Sendable (Int64) -> Void) {
            self.file = file
            self.progress = progress
        }

        mutating func next() async throws -> ByteBuffer? {
            let (file, position) = (file, position)
            let piece = try await NIOThreadPool.singleton.runIfActive {
                try FilePieces.read(file, at: position)
            }
            guard piece.readableBytes > 0 else { return nil }
            self.position += Int64(piece.readableBytes)
            progress(self.position)
            return piece
        }
    }

    private static func read(_ file: OpenFile, at position: Int64) throws -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: pieceBytes)
        var reason: Int32 = 0
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: pieceBytes) { bytes in
            let count = pread(file.descriptor, bytes.baseAddress, pieceBytes, off_t(position))
            if count < 0 { reason = errno }
            return Swift.max(0, count)
        }
        guard reason == 0 else { throw unreadable(file.path, reason) }
        return buffer
    }
}
