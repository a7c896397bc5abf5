import ApusGGUF

/// Builds GGUF files field by field, so that any field can be wrong.
struct RawGGUF {
    var magic: [UInt8] = Array("GGUF".utf8)
    var version: UInt32 = 3
    /// Overrides for the counts in the header.
    var tensorCount: UInt64?
    var entryCount: UInt64?
    var entries: [[UInt8]] = []
    var tensors: [[UInt8]] = []
    var data: [UInt8] = []
    /// Whether the data starts at a multiple of 32.
    var isPadded = true

    var bytes: [UInt8] {
        var file = magic + Self.le(version)
        file += Self.le(tensorCount ?? UInt64(tensors.count))
        file += Self.le(entryCount ?? UInt64(entries.count))
        file += entries.joined()
        file += tensors.joined()
        if isPadded && !data.isEmpty {
            file += [UInt8](repeating: 0, count: (32 - file.count % 32) % 32)
        }
        return file + data
    }

    static func le<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        Swift.withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    static func string(_ text: String) -> [UInt8] { string(bytes: Array(text.utf8)) }

    static func string(bytes: [UInt8]) -> [UInt8] { le(UInt64(bytes.count)) + bytes }

    static func entry(_ key: String, _ type: UInt32, _ value: [UInt8]) -> [UInt8] {
        string(key) + le(type) + value
    }

    static func array(
        _ key: String,
        _ elementType: UInt32,
        count: UInt64,
        _ elements: [UInt8]
    ) -> [UInt8] {
        entry(key, 9, le(elementType) + le(count) + elements)
    }

    /// `sizes` innermost first, as in the file; `dimensions` overrides their number.
    static func tensor(
        _ name: String,
        _ sizes: [UInt64],
        format: UInt32 = 0,
        offset: UInt64 = 0,
        dimensions: UInt32? = nil
    ) -> [UInt8] {
        string(name) + le(dimensions ?? UInt32(sizes.count)) + sizes.flatMap { le($0) }
            + le(format) + le(offset)
    }
}
