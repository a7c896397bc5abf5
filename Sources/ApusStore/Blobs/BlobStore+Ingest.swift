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
