/// How a blob in transit is divided: pieces of one size, the last one shorter.
package struct PieceGrid: Sendable, Hashable {
    /// Bytes of the blob.
    package let sizeBytes: Int64
    /// Bytes of a piece.
    package let pieceBytes: Int64

    /// Most pieces a blob is divided into; larger blobs have larger pieces.
    static let maximumCount: Int64 = 1 << 16
    /// Smallest piece.
    static let minimumPieceBytes: Int64 = 1 << 12
    /// Largest piece: one is held in memory.
    static let maximumPieceBytes: Int64 = 1 << 30

    /// The pieces of a blob of `sizeBytes`, of about `pieceBytes` each.
    package init(sizeBytes: Int64, pieceBytes: Int64) {
        self.sizeBytes = max(0, sizeBytes)
        let least = self.sizeBytes / Self.maximumCount + 1
        self.pieceBytes = min(
            max(pieceBytes, least, Self.minimumPieceBytes),
            max(Self.maximumPieceBytes, least)
        )
    }

    /// Number of pieces.
    package var count: Int {
        Int(sizeBytes / pieceBytes) + (sizeBytes % pieceBytes == 0 ? 0 : 1)
    }

    /// The bytes of a piece.
    ///
    /// Precondition: `piece` is below `count`.
    package func bytes(of piece: Int) -> Range<Int64> {
        let start = Int64(piece) * pieceBytes
        return start..<min(start + pieceBytes, sizeBytes)
    }

    /// The bytes of consecutive pieces.
    func bytes(of pieces: Range<Int>) -> Range<Int64> {
        let start = Int64(pieces.lowerBound) * pieceBytes
        return start..<min(Int64(pieces.upperBound) * pieceBytes, sizeBytes)
    }
}
