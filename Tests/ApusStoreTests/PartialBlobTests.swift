import ApusConversation
import Foundation
import Testing

@testable import ApusStore

/// Unfinished downloads: what survives a kill, what is noticed, who may go on.
struct PartialBlobTests {
    private let content = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
    private let fixture: StoreFixture
    private var blobs: BlobStore { fixture.store.blobs }
    private var digest: Digest { Digest(hashing: content) }

    init() throws { fixture = try StoreFixture() }

    private func start(_ digest: Digest? = nil) throws -> PartialBlob {
        let download = try blobs.startDownload(
            of: DownloadTarget(digest ?? self.digest),
            sizeBytes: 20_000,
            pieceBytes: 4096
        )
        guard case .started(let partial) = download else { throw StoreError(.busy, "Not started.") }
        return partial
    }

    private func write(_ pieces: Range<Int>, to partial: PartialBlob) throws {
        let writer = PieceWriter(partial, pieces: pieces)
        // In odd portions, which cross the borders of pieces.
        while writer.position < writer.end {
            let start = Int(writer.position)
            let end = min(start + 1777, Int(writer.end))
            try writer.write(Array(content[start..<end]).span.bytes)
        }
    }

    @Test func piecesInAnyOrderBecomeTheBlob() throws {
        let partial = try start()
        #expect(partial.missing == [0..<5])
        for piece in [3, 1, 4, 0, 2] { try write(piece..<(piece + 1), to: partial) }
        guard case .complete = try partial.finish() else { throw StoreError(.system, "Lacks.") }
        try blobs.verify(digest)
        #expect(fixture.blobNames == [digest.fileName])
    }

    @Test func whatWasCompletedSurvivesItsProcess() throws {
        do {
            let partial = try start()
            try write(1..<3, to: partial)
            // Half a piece is lost with the writer.
            try PieceWriter(partial, pieces: 4..<5).write(Array(content[16384..<17000]).span.bytes)
        }
        #expect(blobs.completedBytes(of: DownloadTarget(digest), sizeBytes: 20_000) == 8192)
        let partial = try start()
        #expect(partial.missing == [0..<1, 3..<5])
        #expect(partial.completedBytes == 8192)
    }

    @Test func oneAtATimeDownloads() throws {
        let first = try start()
        try write(0..<1, to: first)
        let download = try blobs.startDownload(
            of: DownloadTarget(digest),
            sizeBytes: 20_000,
            pieceBytes: 4096
        )
        guard case .busy(let completed) = download else { throw StoreError(.system, "Not busy.") }
        #expect(completed == 4096)
        try write(1..<5, to: first)
        _ = try first.finish()
        let last = try blobs.startDownload(
            of: DownloadTarget(digest),
            sizeBytes: 20_000,
            pieceBytes: 4096
        )
        guard case .present = last else { throw StoreError(.system, "Not present.") }
    }

    @Test func damageOnDiskIsFoundAndAskedForAgain() throws {
        do { try write(0..<5, to: try start()) }
        let path = blobs.paths.partialPath(of: DownloadTarget(digest))
        let handle = try #require(FileHandle(forUpdatingAtPath: path))
        try handle.seek(toOffset: 9000)
        try handle.write(contentsOf: Data([content[9000] ^ 0xFF]))
        try handle.close()
        let partial = try start()
        guard case .lacks(let pieces) = try partial.finish() else {
            throw StoreError(.system, "Complete.")
        }
        #expect(pieces == [2..<3])
        try write(2..<3, to: partial)
        guard case .complete = try partial.finish() else { throw StoreError(.system, "Lacks.") }
    }

    @Test func contentOfAnotherDigestIsRemoved() throws {
        let other = Digest(hashing: [1, 2, 3])
        let partial = try start(other)
        try write(0..<5, to: partial)
        #expect(try storeErrorCode { _ = try partial.finish() } == .digestMismatch)
        #expect(fixture.blobNames == [])
    }

    @Test(arguments: [
        "", "apus-journal 2 20000 4096\n0 aa\n", "apus-journal 1 20001 4096\n",
        "apus-journal 1 20000 1\n", "apus-journal 1 20000 -1\n", "\n\n\n",
        "apus-journal 1 20000 9223372036854775807\n",
    ])
    func journalsOfSomethingElseCountForNothing(_ text: String) throws {
        try plant(text)
        #expect(try start().missing == [0..<5])
    }

    @Test func brokenLinesOfAJournalArePassedOver() throws {
        let hex = Digest(hashing: Array(content[4096..<8192])).hex
        try plant("apus-journal 1 20000 4096\n1 \(hex)\n9 \(hex)\n-1 \(hex)\n2 zz\n3 \(hex)")
        #expect(try start().missing == [0..<1, 2..<5])
    }

    /// Writes a journal, and a file of the right size.
    private func plant(_ text: String) throws {
        let target = DownloadTarget(digest)
        let path = "models/blobs/partial/\(target.fileName)"
        try fixture.folder.write(text, to: path + ".journal")
        try fixture.folder.write(String(repeating: " ", count: 20_000), to: path)
    }

    @Test func pruningSparesFreshDownloadsAndRemovesOldOnes() throws {
        do { try write(0..<1, to: try start()) }
        try fixture.store.prune()
        #expect(fixture.blobNames.count == 2)
        try fixture.store.prune(now: Date(timeIntervalSinceNow: 8 * 24 * 3600))
        #expect(fixture.blobNames == [])
    }

    @Test(arguments: [0, 1, 4095, 4096, 4097, Int64.max / 2])
    func gridsCoverEveryByteOnce(_ size: Int64) {
        let grid = PieceGrid(sizeBytes: size, pieceBytes: 4096)
        #expect(grid.count <= 1 << 16)
        #expect(grid.count == 0 || grid.bytes(of: grid.count - 1).upperBound == size)
        #expect(grid.bytes(of: 0..<grid.count) == 0..<size)
    }

    /// A target whose digest is not known before.
    private func place(_ version: String) throws -> BlobStore.Download {
        try blobs.startDownload(
            of: DownloadTarget(place: "https://host/secret", version: version),
            sizeBytes: 20_000,
            pieceBytes: 4096
        )
    }

    private func begin(_ version: String) throws -> PartialBlob {
        guard case .started(let partial) = try place(version) else {
            throw StoreError(.busy, "Not started.")
        }
        return partial
    }

    @Test func contentOfUnknownDigestIsResumedInOneVersionOnly() throws {
        try write(0..<3, to: begin("one"))
        #expect(try begin("one").missing == [3..<5])
        #expect(try begin("two").missing == [0..<5])
        #expect(try begin("one").missing == [0..<5])
        #expect(fixture.blobNames.allSatisfy { !$0.contains("secret") && !$0.contains("host") })
    }

    @Test func whatItBecameIsRemembered() throws {
        do {
            let partial = try begin("one")
            try write(0..<5, to: partial)
            guard case .complete(let found) = try partial.finish() else {
                throw StoreError(.system, "Lacks.")
            }
            #expect(found == digest)
        }
        try blobs.verify(digest)
        let kept = fixture.blobNames.filter { $0.hasPrefix("partial/") }
        #expect(kept.count == 1 && kept.first?.hasSuffix(".journal") == true)
        guard case .present(digest) = try place("one") else { throw StoreError(.system, "Absent.") }
        try blobs.remove(digest)
        #expect(try begin("one").missing == [0..<5])
    }

    /// Nothing else would tell that the disk changed a piece.
    @Test func damageIsNoticedWithoutADigest() throws {
        let partial = try begin("one")
        try write(4..<5, to: partial)
        let target = DownloadTarget(place: "https://host/secret", version: "one")
        let path = fixture.store.paths.partialPath(of: target)
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.seek(toOffset: 17_000)
        try file.write(contentsOf: Data([1, 2, 3]))
        try file.close()
        try write(0..<4, to: partial)
        guard case .lacks([4..<5]) = try partial.finish() else {
            throw StoreError(.system, "Not noticed.")
        }
        try write(4..<5, to: partial)
        guard case .complete(digest) = try partial.finish() else {
            throw StoreError(.system, "Lacks.")
        }
        try blobs.verify(digest)
    }
}
