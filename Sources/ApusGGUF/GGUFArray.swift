/// A metadata array that is decoded when asked for.
///
/// A vocabulary has hundreds of thousands of texts, of which listing a model needs none. So an
/// array is where its bytes lie in the file, and every getter below makes a Swift array of them.
/// Lengths were checked when the file was opened.
package struct GGUFArray: Sendable {
    /// Where the encoded elements are.
    private enum Storage: Sendable {
        case mapped(GGUFMapping, Range<Int>)
        case owned([UInt8])
    }

    /// The type of each element; never `array`.
    package let elementType: GGUFValueType
    /// Number of elements.
    package let count: Int
    private let storage: Storage

    /// An array inside a file; `range` was checked to hold `count` elements.
    init(_ elementType: GGUFValueType, count: Int, in mapping: GGUFMapping, _ range: Range<Int>) {
        self.elementType = elementType
        self.count = count
        storage = .mapped(mapping, range)
    }

    private init(_ elementType: GGUFValueType, count: Int, _ encoded: [UInt8]) {
        self.elementType = elementType
        self.count = count
        storage = .owned(encoded)
    }

    /// An array of texts.
    package init(strings: [String]) {
        var encoded: [UInt8] = []
        for text in strings { encoded.appendString(text) }
        self.init(.string, count: strings.count, encoded)
    }

    /// An array of texts given as bytes, which need not be UTF-8.
    package init(byteStrings: [[UInt8]]) {
        var encoded: [UInt8] = []
        for text in byteStrings {
            encoded.appendInteger(UInt64(text.count))
            encoded += text
        }
        self.init(.string, count: byteStrings.count, encoded)
    }

    /// An array of booleans.
    package init(bools: [Bool]) {
        self.init(.bool, count: bools.count, bools.map { $0 ? 1 : 0 })
    }

    /// An array of 32-bit floating-point numbers.
    package init(floats: [Float]) {
        var encoded: [UInt8] = []
        for value in floats { encoded.appendInteger(value.bitPattern) }
        self.init(.float32, count: floats.count, encoded)
    }

    /// An array of 64-bit floating-point numbers.
    package init(doubles: [Double]) {
        var encoded: [UInt8] = []
        for value in doubles { encoded.appendInteger(value.bitPattern) }
        self.init(.float64, count: doubles.count, encoded)
    }

    /// An array of integers of the given width.
    package init<T: GGUFInteger>(integers: [T]) {
        var encoded: [UInt8] = []
        for value in integers { encoded.appendInteger(value) }
        self.init(T.valueType, count: integers.count, encoded)
    }

    /// Calls `body` with the encoded elements, as they are or would be in a file.
    func withEncoded<R>(
        _ body: (UnsafeRawBufferPointer) throws(GGUFError) -> R
    ) throws(GGUFError) -> R {
        switch storage {
        case .mapped(let mapping, let range):
            let result = try body(UnsafeRawBufferPointer(rebasing: mapping.bytes[range]))
            withExtendedLifetime(mapping) {}
            return result
        case .owned(let bytes):
            return try bytes.withUnsafeBufferPointer { (buffer) throws(GGUFError) in
                try body(UnsafeRawBufferPointer(buffer))
            }
        }
    }
}

/// An integer type that GGUF has a value type for.
package protocol GGUFInteger: FixedWidthInteger, BitwiseCopyable, Sendable {
    /// Its type in the file.
    static var valueType: GGUFValueType { get }
}

extension UInt8: GGUFInteger {
    /// `u8`.
    package static var valueType: GGUFValueType { .uint8 }
}

extension Int8: GGUFInteger {
    /// `i8`.
    package static var valueType: GGUFValueType { .int8 }
}

extension UInt16: GGUFInteger {
    /// `u16`.
    package static var valueType: GGUFValueType { .uint16 }
}

extension Int16: GGUFInteger {
    /// `i16`.
    package static var valueType: GGUFValueType { .int16 }
}

extension UInt32: GGUFInteger {
    /// `u32`.
    package static var valueType: GGUFValueType { .uint32 }
}

extension Int32: GGUFInteger {
    /// `i32`.
    package static var valueType: GGUFValueType { .int32 }
}

extension UInt64: GGUFInteger {
    /// `u64`.
    package static var valueType: GGUFValueType { .uint64 }
}

extension Int64: GGUFInteger {
    /// `i64`.
    package static var valueType: GGUFValueType { .int64 }
}
