#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

extension BlobStore {
    /// What there is to do for a blob that is wanted.
    package enum Download: Sendable {
        /// Nothing: the blob is there.
        case present(Digest)
        /// To wait: another process or task downloads it and has so many bytes.
        case busy(completedBytes: Int64)
        /// To fetch what the partial blob lacks.
        case started(PartialBlob)
    }

    /// Begins or resumes the download of a blob.
    ///
    /// One process and task at a time gets `started`, and keeps it until it lets the partial blob
    /// go; the end of a process counts. Room for all of the blob is reserved at once.
    /// `pieceBytes` is what a kill may lose; a download that was begun keeps its own. One of
    /// another version of the target starts over.
    /// Throws: `noSpace` (nothing is left of a download that had just begun), `readOnly`.
    package func startDownload(
        of target: DownloadTarget,
        sizeBytes: Int64,
        pieceBytes: Int64
    ) throws(StoreError) -> Download {
        if let digest = target.digest, isPresent(digest, sizeBytes) { return .present(digest) }
        try FileSystem.makeFolder(paths.partials)
        let path = paths.journalPath(of: target)
        guard let journal = try PartialJournal.open(path) else {
            return .busy(completedBytes: completedBytes(of: target, sizeBytes: sizeBytes))
        }
        if let digest = target.digest {
            if isPresent(digest, sizeBytes) {
                try FileSystem.remove(path)
                return .present(digest)
            }
        } else if let digest = try journal.read(of: target, sizeBytes: sizeBytes)?.result,
            isPresent(digest, sizeBytes)
        {
            FileSystem.touch(path)
            return .present(digest)
        }
        let grid = PieceGrid(sizeBytes: sizeBytes, pieceBytes: pieceBytes)
        return .started(try PartialBlob(target, grid, journal: journal, in: self))
    }

    /// Bytes that an unfinished download has, as far as its journal says; 0 when there is none.
    package func completedBytes(of target: DownloadTarget, sizeBytes: Int64) -> Int64 {
        guard
            let read = try? FileSystem.contents(of: paths.journalPath(of: target), limit: 32 << 20),
            let header = read.bytes.split(separator: UInt8(ascii: "\n")).first,
            let grid = PartialJournal.grid(
                String(decoding: header, as: UTF8.self),
                of: target,
                sizeBytes: sizeBytes
            )
        else { return 0 }
        let lines = read.bytes.count { $0 == UInt8(ascii: "\n") } - 1
        let (bytes, overflowed) = Int64(max(0, lines))
            .multipliedReportingOverflow(by: grid.pieceBytes)
        return overflowed ? 0 : min(max(0, bytes), sizeBytes)
    }

    private func isPresent(_ digest: Digest, _ sizeBytes: Int64) -> Bool {
        guard size(of: digest) == sizeBytes else { return false }
        FileSystem.touch(path(of: digest))
        return true
    }
}
