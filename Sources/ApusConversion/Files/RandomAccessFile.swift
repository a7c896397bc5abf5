#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// A file read at any place, by any number of threads.
///
/// Read rather than mapped: a file that somebody shortens meanwhile is an error, not a signal.
package final class RandomAccessFile: Sendable {
    /// Bytes of the file when it was opened.
    package let count: Int
    private let descriptor: Int32
    /// What the file is called in messages.
    private let name: String

    /// Opens a regular file, which messages call `name`.
    ///
    /// - Throws: `ConversionError` `io`.
    package init(path: String, name: String) throws(ConversionError) {
        self.name = name
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Self.failure(name, errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw ConversionError(.io, "File '\(name)' is no regular file.")
        }
        count = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Fills `buffer` with what starts at `offset`.
    ///
    /// - Throws: `ConversionError` `truncated` when the file ends before, `io`.
    package func read(
        at offset: Int,
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(ConversionError) {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let got = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw Self.failure(name, errno) }
            guard got > 0 else {
                throw ConversionError(
                    .truncated,
                    "File '\(name)' ends at byte \(offset + done), expected \(buffer.count) "
                        + "bytes from \(offset) on."
                )
            }
            done += got
        }
    }

    /// The bytes of a range.
    ///
    /// - Throws: as `read(at:into:)`.
    package func bytes(_ range: Range<Int>) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, written in
            try read(at: range.lowerBound, into: UnsafeMutableRawBufferPointer(buffer))
            written = range.count
        }
    }

    private static func failure(_ name: String, _ code: Int32) -> ConversionError {
        ConversionError(
            .io,
            "File '\(name)' cannot be read: \(String(cString: strerror(code)))."
        )
    }
}
