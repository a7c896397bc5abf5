internal import CZlib
internal import NIOCore

/// Inflates gzip (RFC 1952) and zlib (RFC 1950) with the system's zlib.
final class ZlibDecoder: BodyDecoder {
    /// What surrounds the deflated bytes.
    enum Container: Int32 {
        /// Members with a head and a checksum, any number of them.
        case gzip = 31
        /// One stream with a head and a checksum.
        case zlib = 15
    }

    // zlib keeps the address of this, so it lies where it never moves.
    private let stream: UnsafeMutablePointer<z_stream>
    private let container: Container
    private var hasEnded = false

    /// A decoder of one body.
    ///
    /// Throws: `noMemory`.
    init(_ container: Container) throws(CodingError) {
        self.container = container
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard czlib_inflate_init(stream, container.rawValue) == Z_OK else {
            throw CodingError(.noMemory, "zlib cannot start")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    var isComplete: Bool { hasEnded }

    func step(_ input: inout ByteBuffer, into output: inout ByteBuffer) throws(CodingError) -> Bool
    {
        if hasEnded {
            guard input.readableBytes > 0 else { return false }
            guard container == .gzip, inflateReset(stream) == Z_OK else {
                throw CodingError(.malformed, "the compressed body goes on after its end")
            }
            hasEnded = false
        }
        var status = Z_OK
        var isFull = false
        input.exchange(with: &output) { source, target in
            let next = source.bindMemory(to: UInt8.self).baseAddress
            let readable = UInt32(clamping: source.count)
            stream.pointee.next_in = UnsafeMutablePointer(mutating: next)
            stream.pointee.avail_in = readable
            stream.pointee.next_out = target.bindMemory(to: UInt8.self).baseAddress
            stream.pointee.avail_out = UInt32(clamping: target.count)
            status = inflate(stream, Z_NO_FLUSH)
            isFull = stream.pointee.avail_out == 0
            return (
                Int(readable - stream.pointee.avail_in),
                target.count - Int(stream.pointee.avail_out)
            )
        }
        switch status {
        case Z_STREAM_END:
            hasEnded = true
            return input.readableBytes > 0
        case Z_OK: return isFull || input.readableBytes > 0
        // Nothing left to read and nothing held back.
        case Z_BUF_ERROR: return false
        case Z_MEM_ERROR: throw CodingError(.noMemory, "zlib has no memory")
        default:
            throw CodingError(
                .malformed,
                "the body is no valid \(container == .gzip ? "gzip" : "zlib data (RFC 1950)")"
            )
        }
    }
}
