#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The record of a download: which pieces of the blob are on disk, with the digest of each.
///
/// ```
/// apus-journal 1 <bytes of the blob> <bytes of a piece>
/// <piece> <64 hex digits>
/// ...
/// ```
///
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

    /// The pieces on record and their digests; nil when this is no record of such a blob.
    func read(sizeBytes: Int64) throws(StoreError) -> (grid: PieceGrid, pieces: [Int: Digest])? {
        let status = try file.status()
        guard status.kind == .file, status.size <= Self.maximumBytes else { return nil }
        let bytes = try file.read(upTo: Int(status.size), at: 0)
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return nil }
        var lines = bytes[..<end].split(separator: UInt8(ascii: "\n"))[...]
        guard let header = lines.popFirst(),
            let grid = Self.grid(String(decoding: header, as: UTF8.self), sizeBytes: sizeBytes)
        else { return nil }
        var pieces: [Int: Digest] = [:]
        for line in lines {
            let words = String(decoding: line, as: UTF8.self).split(separator: " ")
            guard words.count == 2, let piece = Int(words[0]), piece >= 0, piece < grid.count,
                let digest = try? Digest("sha256:\(words[1])")
            else { continue }
            pieces[piece] = digest
        }
        return (grid, pieces)
    }

    /// Empties the journal and begins it for a blob divided like this.
    func begin(_ grid: PieceGrid) throws(StoreError) {
        guard ftruncate(file.number, 0) == 0 else {
            throw StoreError.system(errno, "empty a file", path: file.path, isWriting: true)
        }
        try append("\(Self.mark) \(grid.sizeBytes) \(grid.pieceBytes)\n")
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

    private static func grid(_ header: String, sizeBytes: Int64) -> PieceGrid? {
        let words = header.split(separator: " ")
        guard words.count == 4, words[..<2].joined(separator: " ") == mark,
            Int64(words[2]) == sizeBytes, let pieceBytes = Int64(words[3])
        else { return nil }
        let grid = PieceGrid(sizeBytes: sizeBytes, pieceBytes: pieceBytes)
        return grid.pieceBytes == pieceBytes ? grid : nil
    }
}
