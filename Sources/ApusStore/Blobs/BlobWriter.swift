internal import Crypto
internal import Synchronization

/// Takes in one blob piece by piece; see `BlobStore.ingest`.
///
/// What was written is removed again unless `finish` succeeds, also when the writer is just let go.
/// Thread-safe, though the order of pieces is the caller's to keep.
package final class BlobWriter: Sendable {
    private struct Progress: ~Copyable {
        var file: AtomicFile?
        var hasher = SHA256()
        var count: Int64 = 0
    }

    private let blobs: BlobStore
    private let digest: Digest?
    private let sizeBytes: Int64?
    private let limitBytes: Int64?
    private let progress: Mutex<Progress>

    init(
        _ file: consuming sending AtomicFile,
        in blobs: BlobStore,
        expecting digest: Digest?,
        sizeBytes: Int64?,
        limitBytes: Int64?
    ) {
        self.blobs = blobs
        self.digest = digest
        self.sizeBytes = sizeBytes
        self.limitBytes = limitBytes
        progress = Mutex(Progress(file: file))
    }

    /// Bytes written so far.
    package var count: Int64 { progress.withLock { $0.count } }

    /// Appends bytes.
    ///
    /// Throws: `tooLarge` beyond the announced size or the limit; `noSpace`. After an error nothing
    /// is kept and every further call throws.
    package func write(_ bytes: [UInt8]) throws(StoreError) {
        try write(bytes.span.bytes)
    }

    /// Appends bytes; see `write(_:)` for arrays.
    package func write(_ bytes: RawSpan) throws(StoreError) {
        try progress.withLock { progress throws(StoreError) in
            do throws(StoreError) {
                try Self.append(bytes, to: &progress, limit: limitBytes)
            } catch {
                progress.file = nil
                throw error
            }
        }
    }

    /// Checks size and digest, and makes the content a blob.
    ///
    /// Throws: `sizeMismatch`, `digestMismatch` (nothing is kept), or the system's reasons.
    package func finish() throws(StoreError) -> BlobStore.Receipt {
        try progress.withLock { progress throws(StoreError) in
            guard var file = progress.file.take() else { throw Self.closed }
            let count = progress.count
            if let sizeBytes, count != sizeBytes {
                throw StoreError(
                    .sizeMismatch,
                    "The content has \(count) bytes and should have \(sizeBytes)."
                )
            }
            let actual = Digest(progress.hasher.finalize())
            if let digest, digest != actual { throw BlobStore.mismatch(digest, actual) }
            let target = blobs.path(of: actual)
            let existed = blobs.size(of: actual) == count
            if existed {
                FileSystem.touch(target)
            } else {
                try file.commit(to: target)
            }
            return BlobStore.Receipt(digest: actual, sizeBytes: count, existed: existed)
        }
    }

    /// Removes what was written.
    package func cancel() {
        progress.withLock { $0.file = nil }
    }

    private static func append(
        _ bytes: RawSpan,
        to progress: inout Progress,
        limit: Int64?
    ) throws(StoreError) {
        guard progress.file != nil else { throw closed }
        let (total, overflowed) = progress.count.addingReportingOverflow(Int64(bytes.byteCount))
        if overflowed || total > limit ?? .max {
            throw StoreError(
                .tooLarge,
                "More content arrives than the \(limit ?? .max) bytes that are allowed."
            )
        }
        try progress.file?.write(bytes)
        bytes.withUnsafeBytes { progress.hasher.update(bufferPointer: $0) }
        progress.count = total
    }

    private static var closed: StoreError {
        StoreError(.system, "A blob was written to after its end.")
    }
}
