#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

extension BlobStore {
    /// Starts to take in content that arrives piece by piece.
    ///
    /// `digest` is what the content must turn out to have, `sizeBytes` what it must amount to (for
    /// which room is checked at once), `limitBytes` what it may not exceed.
    /// Throws: `noSpace`, `tooLarge`, `readOnly` or `system`.
    package func ingest(
        expecting digest: Digest? = nil,
        sizeBytes: Int64? = nil,
        limitBytes: Int64? = nil
    ) throws(StoreError) -> BlobWriter {
        if let sizeBytes {
            guard sizeBytes >= 0 else {
                throw StoreError(.sizeMismatch, "A blob cannot have \(sizeBytes) bytes.")
            }
            if let limitBytes, sizeBytes > limitBytes {
                throw StoreError(
                    .tooLarge,
                    "A blob of \(sizeBytes) bytes is beyond the limit of \(limitBytes)."
                )
            }
            try requireRoom(for: sizeBytes)
        }
        let file = try AtomicFile(in: paths.blobs, prefix: Self.temporaryPrefix)
        return BlobWriter(
            file,
            in: self,
            expecting: digest,
            sizeBytes: sizeBytes,
            limitBytes: sizeBytes ?? limitBytes
        )
    }

    /// Copies a file of the host into the store.
    ///
    /// Throws: as `ingest`, and the system's reasons for not reading the file.
    package func ingest(
        fileAt path: String,
        expecting digest: Digest? = nil
    ) throws(StoreError) -> Receipt {
        let file = try Descriptor(opening: path, O_RDONLY)
        let status = try file.status()
        guard status.kind == .file else {
            throw StoreError(.system, "Only regular files can be stored.", detail: path)
        }
        let writer = try ingest(expecting: digest, sizeBytes: status.size)
        while true {
            let chunk = try file.read(upTo: Self.chunkBytes)
            if chunk.isEmpty { break }
            try writer.write(chunk)
        }
        return try writer.finish()
    }

    /// Turns the finished download at `partialPath(of:)` into the blob.
    ///
    /// The file is read again in full. On a mismatch it is removed, because resuming it could
    /// never succeed.
    /// Throws: `missingBlob`, `sizeMismatch`, `digestMismatch` or the system's reasons.
    package func adoptPartial(of digest: Digest, sizeBytes: Int64? = nil) throws(StoreError) {
        let partial = partialPath(of: digest)
        guard let status = FileStatus.of(partial), status.kind == .file else {
            throw Self.missing(digest)
        }
        if let sizeBytes, status.size != sizeBytes {
            throw StoreError(
                .sizeMismatch,
                "The download of \(digest) has \(status.size) bytes and should have \(sizeBytes)."
            )
        }
        let actual = try Self.hash(fileAt: partial).digest
        guard actual == digest else {
            try FileSystem.remove(partial)
            throw Self.mismatch(digest, actual)
        }
        let file = try Descriptor(opening: partial, O_RDWR | O_NOFOLLOW)
        try file.setMode(0o644)
        try file.synchronize()
        try FileSystem.rename(partial, to: path(of: digest))
    }

    /// What the names of unfinished uploads begin with.
    static let temporaryPrefix = "incoming-"

    /// Checks that the disk has room for that many bytes more.
    ///
    /// Throws: `noSpace`; `readOnly` when there is no folder and none can be made.
    package func requireRoom(for sizeBytes: Int64) throws(StoreError) {
        try FileSystem.makeFolder(paths.blobs)
        guard let free = FileSystem.freeBytes(at: paths.blobs), free < sizeBytes else { return }
        throw StoreError(
            .noSpace,
            "The disk of the model store has \(free) bytes free; \(sizeBytes) are needed."
        )
    }
}
