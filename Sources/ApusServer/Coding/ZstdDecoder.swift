internal import NIOCore

/// Undoes Zstandard (RFC 8878) with the system's library; several frames in a row are one body.
final class ZstdDecoder: BodyDecoder {
    /// `ZSTD_d_windowLogMax`.
    private static let windowLogParameter: Int32 = 100
    /// Windows of 8 MiB, the most that a content coding may ask for (RFC 9659).
    private static let windowLog: Int32 = 23

    private let library: ZstdLibrary
    private let stream: ZstdLibrary.Stream
    private var hasEnded = false

    /// A decoder of one body.
    ///
    /// Throws: `noMemory`.
    init(_ library: ZstdLibrary) throws(CodingError) {
        guard let stream = library.create() else {
            throw CodingError(.noMemory, "zstd cannot start")
        }
        self.library = library
        self.stream = stream
        let result = library.set(stream, Self.windowLogParameter, Self.windowLog)
        if library.isError(result) != 0 {
            throw CodingError(.noMemory, "zstd cannot limit its window")
        }
    }

    deinit { _ = library.free(stream) }

    var isComplete: Bool { hasEnded }

    func step(_ input: inout ByteBuffer, into output: inout ByteBuffer) throws(CodingError) -> Bool
    {
        if hasEnded, input.readableBytes == 0 { return false }
        var result = 0
        var isFull = false
        input.exchange(with: &output) { source, target in
            withBuffer(UInt(bitPattern: source.baseAddress), source.count) { input in
                withBuffer(UInt(bitPattern: target.baseAddress), target.count) { output in
                    result = library.decompress(stream, output, input)
                    isFull = output[2] == output[1]
                    return (Int(input[2]), Int(output[2]))
                }
            }
        }
        guard library.isError(result) == 0 else {
            throw CodingError(.malformed, "the body is no valid zstd, or has a window over 8 MiB")
        }
        hasEnded = result == 0
        return isFull || input.readableBytes > 0
    }

    /// A buffer of the library's, for a call.
    private func withBuffer<Result>(
        _ address: UInt,
        _ count: Int,
        _ body: (ZstdLibrary.Buffer) -> Result
    ) -> Result {
        var words = (address, UInt(count), UInt(0))
        return withUnsafeMutablePointer(to: &words) { words in
            words.withMemoryRebound(to: UInt.self, capacity: 3, body)
        }
    }
}
