internal import NIOCore

/// Undoes the compression of one body, as its pieces come.
///
/// What comes out is counted while it comes out: a small body that would grow beyond the limit (a
/// "zip bomb") costs no more memory than the limit and one step.
protocol BodyDecoder: AnyObject {
    /// Decodes from the front of `input` onto the end of `output`, at most `stepBytes` bytes.
    ///
    /// Returns whether more can come out, of what is left of `input` or of what is held back.
    /// Throws: `malformed`, `tooLarge` (a window), `noMemory`.
    func step(_ input: inout ByteBuffer, into output: inout ByteBuffer) throws(CodingError) -> Bool

    /// Whether the input ended where a body may end.
    var isComplete: Bool { get }
}

/// Bytes that a step makes at most.
let stepBytes = 64 << 10

extension BodyDecoder {
    /// Decodes a piece of a body; `output` holds what came out before.
    ///
    /// Throws: `tooLarge` as soon as `output` has more than `limit` bytes; what `step` throws;
    /// `CancellationError`.
    func decode(_ piece: ByteBuffer, into output: inout ByteBuffer, limit: Int) async throws {
        var piece = piece
        while try step(&piece, into: &output) {
            guard output.readableBytes <= limit else { break }
            // A piece can make thousands of times its size; others have their turn meanwhile.
            try Task.checkCancellation()
            await Task.yield()
        }
        if output.readableBytes > limit {
            throw CodingError(.tooLarge, "the decompressed body is larger than \(limit) bytes")
        }
    }
}

extension ByteBuffer {
    /// Hands the unread bytes and room for one step behind those of `output` to `body`, which says
    /// how many it has read and written.
    mutating func exchange(
        with output: inout ByteBuffer,
        _ body: (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) -> (read: Int, written: Int)
    ) {
        readWithUnsafeReadableBytes { source in
            var read = 0
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: stepBytes) { target in
                let room = UnsafeMutableRawBufferPointer(rebasing: target.prefix(stepBytes))
                let counts = body(source, room)
                read = counts.read
                return counts.written
            }
            return read
        }
    }
}
