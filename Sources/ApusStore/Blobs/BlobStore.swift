internal import Crypto

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The contents of all models, each stored once under its digest.
///
/// A blob is complete from the moment it exists: content is collected under another name, hashed,
/// made durable and renamed. All calls block; none takes the store's lock.
package struct BlobStore: Sendable {
    /// What became of content that was put in.
    package struct Receipt: Sendable, Equatable {
        /// The digest of the content.
        package let digest: Digest
        /// Its size.
        package let sizeBytes: Int64
        /// Whether the store had it before.
        package let existed: Bool
    }

    /// Bytes hashed or copied at a time.
    static let chunkBytes = 1 << 20

    let paths: StorePaths

    /// The blobs of the store at `paths`.
    package init(paths: StorePaths) {
        self.paths = paths
    }

    /// Whether the blob is there.
    package func exists(_ digest: Digest) -> Bool { size(of: digest) != nil }

    /// The size of a blob in bytes; nil when it is not there.
    package func size(of digest: Digest) -> Int64? {
        guard let status = FileStatus.of(path(of: digest), following: true), status.kind == .file
        else { return nil }
        return status.size
    }

    /// Whether a blob is a link to a file elsewhere, or a file that has another name elsewhere.
    package func isLinked(_ digest: Digest) -> Bool {
        guard let status = FileStatus.of(path(of: digest)) else { return false }
        return status.kind == .link || status.linkCount > 1
    }

    /// The file of a blob, whether it exists or not.
    package func path(of digest: Digest) -> String { paths.path(of: digest) }

    /// The content of a small blob.
    ///
    /// Throws: `missingBlob`; `tooLarge` beyond `limit` bytes.
    package func contents(of digest: Digest, limit: Int) throws(StoreError) -> [UInt8] {
        do {
            // A link is followed: people move single blobs to other disks.
            return try FileSystem.contents(of: path(of: digest), limit: limit, following: true)
                .bytes
        } catch  where error.code == .notFound {
            throw Self.missing(digest)
        }
    }

    /// Stores bytes at hand, for layers made by the program itself.
    ///
    /// Throws: `readOnly`, `noSpace` or `system`.
    @discardableResult
    package func store(_ bytes: [UInt8]) throws(StoreError) -> Receipt {
        let digest = Digest(hashing: bytes)
        if size(of: digest) == Int64(bytes.count) {
            FileSystem.touch(path(of: digest))
            return Receipt(digest: digest, sizeBytes: Int64(bytes.count), existed: true)
        }
        let writer = try ingest(expecting: digest, sizeBytes: Int64(bytes.count))
        try writer.write(bytes)
        return try writer.finish()
    }

    /// Removes a blob; that it is gone already is no error.
    package func remove(_ digest: Digest) throws(StoreError) {
        try FileSystem.remove(path(of: digest))
    }

    /// Reads a blob again, compares it with its digest and gives its size.
    ///
    /// `progress` is told the bytes read so far. Throws: `missingBlob`; `digestMismatch`.
    @discardableResult
    package func verify(
        _ digest: Digest,
        progress: (Int64) -> Void = { _ in }
    ) throws(StoreError) -> Int64 {
        let actual: (digest: Digest, sizeBytes: Int64)
        do {
            actual = try Self.hash(fileAt: path(of: digest), progress: progress)
        } catch  where error.code == .notFound {
            throw Self.missing(digest)
        }
        guard actual.digest == digest else { throw Self.mismatch(digest, actual.digest) }
        return actual.sizeBytes
    }

    /// The digest and size of any regular file; `progress` is told the bytes read so far.
    package static func hash(
        fileAt path: String,
        progress: (Int64) -> Void = { _ in }
    ) throws(StoreError) -> (digest: Digest, sizeBytes: Int64) {
        try hash(Descriptor(opening: path, O_RDONLY), progress: progress)
    }

    /// The digest and size of an open file that has not been read from.
    static func hash(
        _ file: borrowing Descriptor,
        progress: (Int64) -> Void
    ) throws(StoreError) -> (digest: Digest, sizeBytes: Int64) {
        guard try file.status().kind == .file else {
            throw StoreError(.system, "Only regular files can be read.", detail: file.path)
        }
        var hasher = SHA256()
        var size: Int64 = 0
        while true {
            let chunk = try file.read(upTo: chunkBytes)
            if chunk.isEmpty { break }
            hasher.update(data: chunk)
            size += Int64(chunk.count)
            progress(size)
        }
        return (Digest(hasher.finalize()), size)
    }

    static func missing(_ digest: Digest) -> StoreError {
        StoreError(.missingBlob, "The model store has no blob \(digest).")
    }

    static func mismatch(_ expected: Digest, _ actual: Digest) -> StoreError {
        StoreError(
            .digestMismatch,
            "Digest mismatch: the content should have \(expected) and has \(actual)."
        )
    }
}
