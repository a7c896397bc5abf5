/// Reads little-endian fields one after another and refuses to pass the end.
struct GGUFCursor {
    let bytes: UnsafeRawBufferPointer
    private(set) var offset: Int

    init(_ bytes: UnsafeRawBufferPointer, at offset: Int = 0) {
        self.bytes = bytes
        self.offset = offset
    }

    /// Bytes from here to the end.
    var remaining: Int { bytes.count - offset }

    /// The next integer, which errors call `field`.
    mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(
        _ type: T.Type,
        _ field: @autoclosure () -> String
    ) throws(GGUFError) -> T {
        let size = MemoryLayout<T>.size
        guard remaining >= size else { throw truncated(field(), needs: "\(size)") }
        defer { offset += size }
        return T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
    }

    /// The next unsigned 64-bit number, refused above `limit`.
    mutating func count(
        _ field: @autoclosure () -> String,
        limit: Int
    ) throws(GGUFError) -> Int {
        let start = offset
        let value = try integer(UInt64.self, field())
        guard let count = Int(exactly: value), count <= limit else {
            throw GGUFError(
                .limitExceeded,
                "\(field()) at byte \(start) is \(value), expected at most \(limit)."
            )
        }
        return count
    }

    /// Skips `count` bytes and returns where they lie.
    mutating func skip(
        _ count: Int,
        _ field: @autoclosure () -> String
    ) throws(GGUFError) -> Range<Int> {
        guard count <= remaining else { throw truncated(field(), needs: "\(count)") }
        defer { offset += count }
        return offset..<offset + count
    }

    /// A string: its length as u64, then that many bytes of UTF-8.
    ///
    /// - Returns: the text, and where its bytes lie.
    mutating func string(
        _ field: @autoclosure () -> String,
        limit: Int
    ) throws(GGUFError) -> (text: String, range: Range<Int>) {
        let length = try count("Length of \(field())", limit: limit)
        let range = try skip(length, field())
        guard let text = String(validating: bytes[range], as: UTF8.self) else {
            throw GGUFError(
                .invalidUTF8,
                "\(field()) at byte \(range.lowerBound) is not valid UTF-8."
            )
        }
        return (text, range)
    }

    /// The length of a string in an array, whose bytes are skipped unseen.
    ///
    /// Kept apart from `string` because vocabularies have hundreds of thousands of these.
    mutating func skipString(_ index: Int, of field: String) throws(GGUFError) {
        guard remaining >= 8 else {
            throw truncated("Length of element \(index) of \(field)", needs: "8")
        }
        let raw = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        let length = UInt64(littleEndian: raw)
        guard length <= UInt64(remaining - 8) else {
            throw truncated("Element \(index) of \(field)", needs: "\(length) + 8")
        }
        offset += 8 + Int(length)
    }

    private func truncated(_ field: String, needs: String) -> GGUFError {
        GGUFError(
            .truncated,
            "\(field) at byte \(offset) needs \(needs) bytes, the file ends at byte \(bytes.count)."
        )
    }
}
