#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// An open blob, to be read in any order; for uploads.
///
/// Blocks on the disk. Thread-safe.
package final class BlobReader: Sendable {
    private let file: Descriptor

    /// Opens a blob that should have this size.
    ///
    /// Throws: `missingBlob`; `sizeMismatch`.
    package init(_ digest: Digest, sizeBytes: Int64, in blobs: BlobStore) throws(StoreError) {
        guard let size = blobs.size(of: digest) else { throw BlobStore.missing(digest) }
        guard size == sizeBytes else {
            throw StoreError(
                .sizeMismatch,
                "Blob \(digest) has \(size) bytes and should have \(sizeBytes)."
            )
        }
        file = try Descriptor(opening: blobs.path(of: digest), O_RDONLY)
    }

    /// Up to `count` bytes from `offset`; fewer at the end.
    package func read(upTo count: Int, at offset: Int64) throws(StoreError) -> [UInt8] {
        try file.read(upTo: count, at: offset)
    }
}
