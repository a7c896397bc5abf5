internal import Crypto
internal import Synchronization

/// Writes consecutive pieces of a partial blob as their bytes arrive.
///
/// Survives the connection the bytes come from: `position` is where the next one goes on. One user
/// at a time; calls block on the disk.
package final class PieceWriter: Sendable {
    private struct State {
        var position: Int64
        var hasher = SHA256()
    }

    private let blob: PartialBlob
    private let state: Mutex<State>
    /// Where the last of the pieces ends.
    package let end: Int64

    /// A writer of these pieces.
    ///
    /// Precondition: the pieces exist.
    package init(_ blob: PartialBlob, pieces: Range<Int>) {
        self.blob = blob
        let bytes = blob.grid.bytes(of: pieces)
        end = bytes.upperBound
        state = Mutex(State(position: bytes.lowerBound))
    }

    /// The offset of the next byte.
    package var position: Int64 { state.withLock { $0.position } }

    /// Appends bytes.
    ///
    /// Throws: `tooLarge` beyond the last piece; `noSpace`.
    package func write(_ bytes: RawSpan) throws(StoreError) {
        try state.withLock { state throws(StoreError) in
            guard Int64(bytes.byteCount) <= end - state.position else {
                throw StoreError(.tooLarge, "More content arrives than was asked for.")
            }
            var done = 0
            while done < bytes.byteCount {
                let piece = Int(state.position / blob.grid.pieceBytes)
                let room = blob.grid.bytes(of: piece).upperBound - state.position
                let count = min(bytes.byteCount - done, Int(room))
                let part = bytes.extracting(done..<(done + count))
                try blob.write(part, at: state.position)
                part.withUnsafeBytes { state.hasher.update(bufferPointer: $0) }
                state.position += Int64(count)
                done += count
                if Int64(count) == room {
                    try blob.complete(piece, Digest(state.hasher.finalize()))
                    state.hasher = SHA256()
                }
            }
        }
    }
}
