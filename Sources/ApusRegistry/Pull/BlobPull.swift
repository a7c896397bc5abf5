internal import ApusStore
internal import NIOCore

/// The download of one blob: what the store lacks of it, over several connections.
struct BlobPull: Sendable {
    let source: any BlobSource
    let blobs: BlobStore
    let target: DownloadTarget
    let sizeBytes: Int64
    /// Whether bytes of different answers are sure to belong together.
    var isResumable = true
    let policy: RegistryPolicy
    /// Told about bytes that arrived.
    let advance: @Sendable (Int) -> Void
    /// Told how many bytes there are altogether.
    let place: @Sendable (Int64) -> Void

    /// How often what arrived damaged on disk is fetched again.
    private static let maximumRounds = 4
    /// How often another process's download is looked at.
    private static let waiting = Duration.milliseconds(200)

    /// Makes what is to be downloaded a blob of the store, and returns its digest.
    ///
    /// Where somebody else downloads it already, waits for them, and goes on where they stop.
    /// Throws: `changed`, and nothing is kept; `digestMismatch`.
    func run() async throws -> Digest {
        while true {
            let (blobs, target, sizeBytes) = (blobs, target, sizeBytes)
            let pieceBytes = policy.pieceBytes
            let download = try await Disk.run {
                try blobs.startDownload(
                    of: target,
                    sizeBytes: sizeBytes,
                    pieceBytes: pieceBytes
                )
            }
            switch download {
            case .present(let digest):
                return digest
            case .busy(let completed):
                place(completed)
                try await Task.sleep(for: Self.waiting)
            case .started(let partial):
                return try await complete(partial)
            }
        }
    }

    private func complete(_ partial: PartialBlob) async throws -> Digest {
        do {
            for _ in 0..<Self.maximumRounds {
                place(partial.completedBytes)
                let missing = partial.missing
                if !missing.isEmpty { try await fetch(missing, of: partial) }
                let outcome = try await Disk.run { try partial.finish() }
                if case .complete(let digest) = outcome { return digest }
            }
        } catch let error as RegistryError where error.code == .changed {
            try await Disk.run { try partial.discard() }
            throw error
        } catch let error as StoreError {
            switch error.code {
            case .noSpace:
                // The disk is left as it was found.
                try await Disk.run { try partial.discard() }
                throw error
            case .digestMismatch:
                throw StoreError(
                    .digestMismatch,
                    "digest mismatch, file must be downloaded again: \(error.message)"
                )
            default:
                throw error
            }
        }
        throw StoreError(
            .digestMismatch,
            "The disk does not keep what is written to it: a download stays damaged."
        )
    }

    /// Fetches runs of pieces.
    ///
    /// The first answer tells whether the host can send ranges; if not, one connection brings
    /// everything.
    private func fetch(_ runs: [Range<Int>], of partial: PartialBlob) async throws {
        guard isResumable else { return try await fetchAtOnce(partial) }
        let parts = parts(of: runs, partial.grid)
        guard let first = parts.first else { return }
        let writer = PieceWriter(partial, pieces: first)
        let body = try await BackOff.retrying(policy) {
            try await source.open(writer.position..<writer.end)
        }
        if body.isWhole, parts.count > 1 { return try await fetchWhole(partial, body) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await fetch(writer, body) }
            for (index, part) in parts.enumerated().dropFirst() {
                if index >= policy.streamsPerBlob { try await group.next() }
                group.addTask { try await fetch(PieceWriter(partial, pieces: part)) }
            }
            try await group.waitForAll()
        }
    }

    /// Runs of pieces, none longer than a part.
    private func parts(of runs: [Range<Int>], _ grid: PieceGrid) -> [Range<Int>] {
        let longest = max(1, Int(policy.partBytes / grid.pieceBytes))
        return runs.flatMap { run in
            stride(from: run.lowerBound, to: run.upperBound, by: longest).map { start in
                start..<min(start + longest, run.upperBound)
            }
        }
    }

    /// Fetches what a writer lacks, going on where a connection broke.
    private func fetch(_ writer: PieceWriter, _ first: BlobBody? = nil) async throws {
        var next = first
        var backOff = BackOff(policy)
        while writer.position < writer.end {
            let before = writer.position
            do {
                let body =
                    if let opened = next.take() { opened } else {
                        try await source.open(before..<writer.end)
                    }
                var stream = BodyStream(body, policy: policy)
                try await stream.skip(to: writer.position)
                try await copy(&stream, to: writer)
            } catch let error as RegistryError {
                let progress = writer.position - before
                if progress >= policy.pieceBytes { backOff.reset() }
                if error.code == .truncated, progress > 0, progress >= policy.pieceBytes {
                    continue
                }
                try await backOff.pause(after: error)
            }
        }
    }

    /// Fetches all that is missing from answers that begin at the beginning.
    private func fetchWhole(_ partial: PartialBlob, _ first: BlobBody) async throws {
        var next: BlobBody? = first
        var backOff = BackOff(policy)
        while !partial.missing.isEmpty {
            let before = partial.completedBytes
            do {
                let body =
                    if let opened = next.take() { opened } else {
                        try await source.open(0..<sizeBytes)
                    }
                var stream = BodyStream(body, policy: policy)
                for run in partial.missing {
                    let writer = PieceWriter(partial, pieces: run)
                    try await stream.skip(to: writer.position)
                    try await copy(&stream, to: writer)
                }
            } catch let error as RegistryError {
                if partial.completedBytes > before { backOff.reset() }
                try await backOff.pause(after: error)
            }
        }
    }

    /// Fetches everything in one answer, from the beginning each time.
    private func fetchAtOnce(_ partial: PartialBlob) async throws {
        try await BackOff.retrying(policy) {
            partial.forgetAll()
            place(0)
            var stream = BodyStream(try await source.open(0..<sizeBytes), policy: policy)
            try await copy(&stream, to: PieceWriter(partial, pieces: 0..<partial.grid.count))
        }
    }

    /// Writes what a stream brings, until the writer has all it wants.
    ///
    /// What arrived before an error is written, too.
    private func copy(_ stream: inout BodyStream, to writer: PieceWriter) async throws {
        while writer.position < writer.end {
            let piece = try await stream.next(upTo: writer.end - writer.position)
            try await Disk.run { try writer.write(piece.readableBytesSpan) }
            advance(piece.readableBytes)
        }
    }
}
