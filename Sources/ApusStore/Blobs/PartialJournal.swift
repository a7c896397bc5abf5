#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The record of a download: which pieces of the blob are on disk, with the digest of each.
///
/// ```
/// apus-journal 1 <bytes of the blob> <bytes of a piece> [<version>]
/// <piece> <64 hex digits>
/// ...
/// ```
///
/// Where the digest is not known before, the version (64 hex digits) tells whether the content to
/// be resumed is still the one that was begun. Such a journal stays, so that the same is not
/// downloaded again: at the end its only other line is `blob <64 hex digits>`, what it has become.
/// A line is appended in one write once its piece is written. Nothing is synchronized: a kill loses
/// no line, and after a loss of power the digests tell which pieces are not what the journal says.
/// Later lines win. The file's lock belongs to the one who downloads.
struct PartialJournal: ~Copyable {
    private static let mark = "apus-journal 1"

    private let file: Descriptor

    /// Opens or makes the journal at `path` and takes its lock; nil when somebody else has it.
    static func open(_ path: String) throws(StoreError) -> PartialJournal? {
        guard let file = try Descriptor.locked(path) else { return nil }
        return PartialJournal(file: file)
    }

    private init(file: consuming Descriptor) { self.file = file }

    /// What a journal says.
    struct Record {
        let grid: PieceGrid
        /// The digests of the pieces that are on disk.
        var pieces: [Int: Digest] = [:]
        /// What the download has become, if it was finished.
        var result: Digest?
    }

    /// What is on record; nil when this is no record of this version of the target.
    func read(of target: DownloadTarget, sizeBytes: Int64) throws(StoreError) -> Record? {
        let status = try file.status()
        guard status.kind == .file, status.size <= Self.maximumBytes else { return nil }
        let bytes = try file.read(upTo: Int(status.size), at: 0)
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return nil }
        var lines = bytes[..<end].split(separator: UInt8(ascii: "\n"))[...]
        guard let header = lines.popFirst(),
            let grid = Self.grid(
                String(decoding: header, as: UTF8.self),
                of: target,
                sizeBytes: sizeBytes
            )
        else { return nil }
        var record = Record(grid: grid)
        for line in lines {
            let words = String(decoding: line, as: UTF8.self).split(separator: " ")
            guard words.count == 2, let digest = try? Digest("sha256:\(words[1])") else { continue }
            if words[0] == "blob" {
                record.result = digest
            } else if let piece = Int(words[0]), piece >= 0, piece < grid.count {
                record.pieces[piece] = digest
            }
        }
        return record
    }

    /// Empties the journal and begins it for a blob divided like this.
    func begin(_ grid: PieceGrid, of target: DownloadTarget) throws(StoreError) {
        guard ftruncate(file.number, 0) == 0 else {
            throw StoreError.system(errno, "empty a file", path: file.path, isWriting: true)
        }
        let version = target.version.map { " \($0.hex)" } ?? ""
        try append("\(Self.mark) \(grid.sizeBytes) \(grid.pieceBytes)\(version)\n")
    }

    /// Records what the download has become, in place of its pieces.
    func finish(
        _ grid: PieceGrid,
        of target: DownloadTarget,
        as digest: Digest
    ) throws(StoreError) {
        try begin(grid, of: target)
        try append("blob \(digest.hex)\n")
    }

    /// Records a piece.
    func record(_ piece: Int, _ digest: Digest) throws(StoreError) {
        try append("\(piece) \(digest.hex)\n")
    }

    private func append(_ line: String) throws(StoreError) {
        try file.write(Array(line.utf8).span.bytes)
    }

    /// Longest journal that is read: every piece recorded twice.
    private static let maximumBytes = (PieceGrid.maximumCount + 2) * 2 * 72

    /// How the blob of a journal with this first line is divided; nil when that is no record of
    /// this version of the target.
    static func grid(_ header: String, of target: DownloadTarget, sizeBytes: Int64) -> PieceGrid? {
        let words = header.split(separator: " ")
        guard (4...5).contains(words.count), words[..<2].joined(separator: " ") == mark,
            Int64(words[2]) == sizeBytes, let pieceBytes = Int64(words[3]),
            words.dropFirst(4).first.map(String.init) == target.version?.hex
        else { return nil }
        let grid = PieceGrid(sizeBytes: sizeBytes, pieceBytes: pieceBytes)
        return grid.pieceBytes == pieceBytes ? grid : nil
    }
}
