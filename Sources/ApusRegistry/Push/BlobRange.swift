internal import ApusStore
internal import Crypto
internal import NIOCore
internal import Synchronization

/// Consecutive bytes of a blob as the body of a request, read as fast as they are sent.
///
/// Each iteration begins anew, for attempts after the first.
struct BlobRange: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    private static let pieceBytes: Int64 = 256 << 10

    let reader: BlobReader
    let range: Range<Int64>
    /// Told about bytes that are on their way.
    let advance: @Sendable (Int) -> Void
    /// Where the MD5 of the range appears once all of it was read; nil when nobody wants it.
    let checksum: RangeChecksum?

    func makeAsyncIterator() -> Iterator { Iterator(range: self, position: range.lowerBound) }

    /// Reads on from where it is.
    struct Iterator: AsyncIteratorProtocol {
        fileprivate let range: BlobRange
        fileprivate var position: Int64
        private var hasher = Insecure.MD5()

        fileprivate init(range: BlobRange, position: Int64) {
            self.range = range
            self.position = position
        }

        mutating func next() async throws -> ByteBuffer? {
            let left = range.range.upperBound - position
            guard left > 0 else {
                range.checksum?.value = Array(hasher.finalize())
                return nil
            }
            let (reader, position) = (range.reader, position)
            let bytes = try await Disk.run {
                try reader.read(upTo: Int(Swift.min(left, BlobRange.pieceBytes)), at: position)
            }
            guard !bytes.isEmpty else {
                throw StoreError(.sizeMismatch, "A blob became shorter while it was sent.")
            }
            if range.checksum != nil { hasher.update(data: bytes) }
            self.position += Int64(bytes.count)
            range.advance(bytes.count)
            return ByteBuffer(bytes: bytes)
        }
    }
}

/// The MD5 of a range that has been sent; storage services check uploads by it.
final class RangeChecksum: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    /// The checksum; empty before there is one.
    var value: [UInt8] {
        get { bytes.withLock { $0 } }
        set { bytes.withLock { $0 = newValue } }
    }
}
