internal import Crypto
internal import Synchronization

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A blob that is being downloaded, in pieces that arrive in any order.
///
/// What has arrived is hashed in order as it is completed; pieces left by an earlier attempt are
/// compared with the journal on the way, and asked for again when they are not what it says. Nothing
/// is visible as a blob before all of it has the right digest, or where none is known, is on disk as
/// it arrived. Holds the download's lock.
/// Thread-safe; all calls block on the disk.
package final class PartialBlob: Sendable {
    /// How far a download has come.
    package enum Outcome: Sendable {
        /// It is a blob of the store, with this digest.
        case complete(Digest)
        /// These pieces have to be fetched, for the first time or again.
        case lacks([Range<Int>])
    }

    private struct State {
        var digests: [Digest?]
        /// Pieces that arrived in this process: what was hashed on arrival need not be again.
        var isFresh: [Bool]
        var completedBytes: Int64
    }

    private struct Check {
        /// The first piece that has not been hashed.
        var next = 0
        var hasher = SHA256()
    }

    /// How the blob is divided.
    package let grid: PieceGrid
    private let target: DownloadTarget
    private let blobs: BlobStore
    private let data: Descriptor
    private let journal: PartialJournal
    private let state: Mutex<State>
    private let check = Mutex(Check())

    /// Opens the files of a download whose journal is locked.
    init(
        _ target: DownloadTarget,
        _ wished: PieceGrid,
        journal: consuming PartialJournal,
        in blobs: BlobStore
    ) throws(StoreError) {
        self.target = target
        self.blobs = blobs
        let path = blobs.paths.partialPath(of: target)
        let data = try Descriptor(opening: path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
        let status = try data.status()
        guard status.kind == .file else {
            throw StoreError(.system, "A download's file is no regular file.", detail: path)
        }
        var known = try journal.read(of: target, sizeBytes: wished.sizeBytes)
        // One that was finished, and whose blob is gone, has nothing any more.
        if status.size != wished.sizeBytes || known?.result != nil { known = nil }
        let grid = known?.grid ?? wished
        if known == nil {
            do {
                try data.reserve(0)
                try data.reserve(grid.sizeBytes)
                try journal.begin(grid, of: target)
            } catch {
                try? FileSystem.remove(path)
                try? FileSystem.remove(blobs.paths.journalPath(of: target))
                throw error
            }
        }
        self.grid = grid
        self.data = data
        self.journal = journal
        var digests = [Digest?](repeating: nil, count: grid.count)
        var completed: Int64 = 0
        for (piece, digest) in known?.pieces ?? [:] {
            digests[piece] = digest
            completed += Int64(grid.bytes(of: piece).count)
        }
        state = Mutex(
            State(
                digests: digests,
                isFresh: [Bool](repeating: false, count: grid.count),
                completedBytes: completed
            )
        )
    }

    /// Bytes of the pieces that are there.
    package var completedBytes: Int64 { state.withLock { $0.completedBytes } }

    /// The pieces that are not there, in runs.
    package var missing: [Range<Int>] {
        state.withLock { state in
            var runs: [Range<Int>] = []
            for (piece, digest) in state.digests.enumerated() where digest == nil {
                if let last = runs.last, last.upperBound == piece {
                    runs[runs.count - 1] = last.lowerBound..<(piece + 1)
                } else {
                    runs.append(piece..<(piece + 1))
                }
            }
            return runs
        }
    }

    /// Writes bytes that belong at `offset`.
    func write(_ bytes: RawSpan, at offset: Int64) throws(StoreError) {
        try data.write(bytes, at: offset)
    }

    /// Notes that all bytes of a piece are written and have this digest.
    func complete(_ piece: Int, _ digest: Digest) throws(StoreError) {
        try journal.record(piece, digest)
        state.withLock { state in
            if state.digests[piece] == nil {
                state.completedBytes += Int64(grid.bytes(of: piece).count)
            }
            state.digests[piece] = digest
            state.isFresh[piece] = true
        }
        try advance(waits: false)
    }

    /// Makes the download a blob, if all of it is there and has the right digest.
    ///
    /// Throws: `digestMismatch`, when every piece is as it was received and the whole is wrong: the
    /// download is removed, for resuming it could never succeed.
    package func finish() throws(StoreError) -> Outcome {
        try advance(waits: true)
        let missing = missing
        if !missing.isEmpty { return .lacks(missing) }
        let actual = Digest(check.withLock { $0.hasher.finalize() })
        if let digest = target.digest, digest != actual {
            let damaged = try damagedPieces()
            guard damaged.isEmpty else {
                restart(without: damaged)
                return .lacks(self.missing)
            }
            try discard()
            throw BlobStore.mismatch(digest, actual)
        }
        try data.setMode(0o644)
        try data.synchronize()
        let partial = blobs.paths.partialPath(of: target)
        if blobs.size(of: actual) == grid.sizeBytes {
            try FileSystem.remove(partial)
            FileSystem.touch(blobs.path(of: actual))
        } else {
            try FileSystem.rename(partial, to: blobs.path(of: actual))
        }
        if target.digest == nil {
            try journal.finish(grid, of: target, as: actual)
        } else {
            try FileSystem.remove(blobs.paths.journalPath(of: target))
        }
        return .complete(actual)
    }

    /// Removes what has been downloaded.
    package func discard() throws(StoreError) {
        try FileSystem.remove(blobs.paths.partialPath(of: target))
        try FileSystem.remove(blobs.paths.journalPath(of: target))
    }

    /// Forgets all pieces: they are to be fetched again from the first on.
    package func forgetAll() { restart(without: Array(0..<grid.count)) }

    /// Hashes the pieces that follow what has been hashed, up to the first that is missing.
    ///
    /// Unless it `waits`, leaves that to whoever does it already.
    private func advance(waits: Bool) throws(StoreError) {
        if waits {
            try check.withLock { check throws(StoreError) in try advance(&check) }
        } else {
            _ = try check.withLockIfAvailable { check throws(StoreError) in try advance(&check) }
        }
    }

    private func advance(_ check: inout Check) throws(StoreError) {
        while check.next < grid.count {
            let next = check.next
            let (digest, isFresh) = state.withLock { ($0.digests[next], $0.isFresh[next]) }
            guard let digest else { return }
            let range = grid.bytes(of: next)
            let bytes = try data.read(upTo: range.count, at: range.lowerBound)
            // Without a digest of the whole, nothing later would tell that the disk damaged a piece.
            let isTrusted = isFresh && target.digest != nil
            guard isTrusted || Digest(hashing: bytes) == digest else {
                forget(next)
                return
            }
            check.hasher.update(data: bytes)
            check.next += 1
        }
    }

    /// The pieces whose bytes on disk are not those that arrived.
    private func damagedPieces() throws(StoreError) -> [Int] {
        let digests = state.withLock { $0.digests }
        var damaged: [Int] = []
        for (piece, digest) in digests.enumerated() {
            let range = grid.bytes(of: piece)
            let bytes = try data.read(upTo: range.count, at: range.lowerBound)
            if Digest(hashing: bytes) != digest { damaged.append(piece) }
        }
        return damaged
    }

    private func restart(without pieces: [Int]) {
        for piece in pieces { forget(piece) }
        check.withLock { $0 = Check() }
    }

    private func forget(_ piece: Int) {
        state.withLock { state in
            guard state.digests[piece] != nil else { return }
            state.digests[piece] = nil
            state.completedBytes -= Int64(grid.bytes(of: piece).count)
        }
    }
}
