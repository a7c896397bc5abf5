internal import ApusConversation

/// Messages as frames: four bytes of length, little-endian, then that many bytes of JSON.
package enum FrameCodec {
    /// No frame may be longer; a longer one means that the other side is broken.
    package static let maximumLength = 64 << 20
    /// Nesting of a message: a client's JSON may have 128 levels, the message adds its own.
    static let maximumDepth = 192

    /// Appends the frame of `message` to `output`.
    ///
    /// Throws: `invalidRequest` when it would be too long; `output` is then unchanged.
    static func append(
        _ message: some Encodable,
        to output: inout [UInt8],
        maximumLength: Int = maximumLength
    ) throws {
        let start = output.count
        output.append(contentsOf: [0, 0, 0, 0])
        do {
            let value = try JSONValueEncoder().encode(message)
            JSONSerializer().append(value, to: &output)
            let length = output.count - start - 4
            guard length <= maximumLength else {
                throw SchedulingError(
                    .invalidRequest,
                    "The request takes \(length) bytes, the most that fits is \(maximumLength)."
                )
            }
            for byte in 0..<4 {
                output[start + byte] = UInt8(truncatingIfNeeded: length >> (8 * byte))
            }
        } catch {
            output.removeSubrange(start...)
            throw error
        }
    }

    /// The message that the body of a frame spells.
    ///
    /// Throws: `protocolViolation` when it is not JSON or not such a message.
    static func decode<Message: Decodable>(
        _ type: Message.Type,
        from body: ArraySlice<UInt8>
    ) throws(SchedulingError) -> Message {
        do {
            let value = try JSONParser.parse(body, maximumDepth: maximumDepth)
            return try JSONValueDecoder().decode(type, from: value)
        } catch {
            throw SchedulingError(
                .protocolViolation,
                "A frame of \(body.count) bytes is not a \(type): \(error)"
            )
        }
    }
}

/// Cuts a stream of bytes into the bodies of frames, however the bytes arrive.
///
/// Memory grows with what has arrived, never with what a length field claims.
package struct FrameDecoder: Sendable {
    private let maximumLength: Int
    private var buffer: [UInt8] = []
    /// Where the next frame starts in `buffer`.
    private var start = 0

    /// A decoder at the start of a stream.
    package init(maximumLength: Int = FrameCodec.maximumLength) {
        self.maximumLength = maximumLength
    }

    /// Whether the stream could end here without cutting a frame.
    package var isAtBoundary: Bool { start == buffer.count }

    /// Takes the next bytes of the stream.
    package mutating func append(_ bytes: some Collection<UInt8>) {
        if start > 0 {
            buffer.removeSubrange(..<start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The body of the next frame, or nil until more bytes have arrived.
    ///
    /// Throws: `protocolViolation` for a length over the limit; the stream is of no use after it.
    package mutating func next() throws(SchedulingError) -> ArraySlice<UInt8>? {
        guard buffer.count - start >= 4 else { return nil }
        var length = 0
        for byte in 0..<4 { length |= Int(buffer[start + byte]) << (8 * byte) }
        guard length <= maximumLength else {
            throw SchedulingError(
                .protocolViolation,
                "A frame claims \(length) bytes, the most that is accepted is \(maximumLength)."
            )
        }
        guard buffer.count - start - 4 >= length else { return nil }
        let body = buffer[(start + 4)..<(start + 4 + length)]
        start += 4 + length
        return body
    }
}
