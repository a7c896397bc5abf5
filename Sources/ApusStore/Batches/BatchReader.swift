internal import Synchronization

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Reads a file of a batch from its beginning, also while it grows or after it was removed.
///
/// Thread-safe, but several readers of one value get parts of the file each. Blocks on the disk.
package final class BatchReader: Sendable {
    private struct State {
        /// What has been read and not been returned.
        var buffer: [UInt8] = []
        /// How much of `buffer` has been returned.
        var start = 0
        var position: Int64 = 0
    }

    private static let chunkBytes = 64 << 10

    private let file: Descriptor
    private let state = Mutex(State())

    init(path: String) throws(StoreError) {
        file = try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW)
        guard try file.status().kind == .file else {
            throw StoreError(.system, "Something in the store is no regular file.", detail: path)
        }
    }

    /// Where the next line begins, in bytes.
    package var position: Int64 { state.withLock(\.position) }

    /// The next line without its end; nil when no whole line is left.
    ///
    /// Throws: `tooLarge` for a line beyond `limit` bytes; `system`.
    package func line(limit: Int) throws(StoreError) -> [UInt8]? {
        try state.withLock { state throws(StoreError) in
            var searched = state.start
            while true {
                let rest = state.buffer[searched...]
                if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = Array(state.buffer[state.start..<end])
                    state.position += Int64(line.count + 1)
                    state.start = end + 1
                    return line
                }
                guard state.buffer.count - state.start <= limit else {
                    throw StoreError(.tooLarge, "A line is beyond the limit of \(limit) bytes.")
                }
                state.buffer.removeFirst(state.start)
                state.start = 0
                searched = state.buffer.count
                let more = try file.read(upTo: Self.chunkBytes)
                if more.isEmpty { return nil }
                state.buffer += more
            }
        }
    }

    /// The next bytes; empty at the end.
    ///
    /// Not to be mixed with `line`.
    package func chunk() throws(StoreError) -> [UInt8] { try file.read(upTo: Self.chunkBytes) }
}
