internal import CZlib
internal import NIOCore

/// Makes gzip (RFC 1952) of whole answers with the system's zlib.
enum GzipEncoder {
    /// The bytes as one gzip member, or nil when zlib has no memory for it.
    ///
    /// As fast as zlib can: over a local network time matters more than the last tenth of size.
    static func encode(_ bytes: ByteBuffer) -> ByteBuffer? {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer { stream.deallocate() }
        guard bytes.readableBytes <= Int(Int32.max),
            czlib_deflate_init(stream, Z_BEST_SPEED, 31) == Z_OK
        else { return nil }
        defer { deflateEnd(stream) }
        var output = ByteBuffer()
        let bound = Int(deflateBound(stream, UInt(bytes.readableBytes)))
        var status = Z_OK
        _ = bytes.withUnsafeReadableBytes { source in
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { target in
                let next = source.bindMemory(to: UInt8.self).baseAddress
                let room = UInt32(clamping: target.count)
                stream.pointee.next_in = UnsafeMutablePointer(mutating: next)
                stream.pointee.avail_in = UInt32(source.count)
                stream.pointee.next_out = target.bindMemory(to: UInt8.self).baseAddress
                stream.pointee.avail_out = room
                status = deflate(stream, Z_FINISH)
                return Int(room - stream.pointee.avail_out)
            }
        }
        return status == Z_STREAM_END ? output : nil
    }
}
