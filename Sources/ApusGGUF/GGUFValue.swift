/// One metadata value with its exact type.
package enum GGUFValue: Sendable {
    case uint8(UInt8)
    case int8(Int8)
    case uint16(UInt16)
    case int16(Int16)
    case uint32(UInt32)
    case int32(Int32)
    case uint64(UInt64)
    case int64(Int64)
    case float32(Float)
    case float64(Double)
    case bool(Bool)
    case string(String)
    case array(GGUFArray)

    /// Its type.
    package var type: GGUFValueType {
        switch self {
        case .uint8: .uint8
        case .int8: .int8
        case .uint16: .uint16
        case .int16: .int16
        case .uint32: .uint32
        case .int32: .int32
        case .uint64: .uint64
        case .int64: .int64
        case .float32: .float32
        case .float64: .float64
        case .bool: .bool
        case .string: .string
        case .array: .array
        }
    }

    /// The type in words, such as `u32` or `array of 32000 str`.
    package var typeDescription: String {
        guard case .array(let array) = self else { return type.name }
        return "array of \(array.count) \(array.elementType.name)"
    }

    /// The value as `Int` if it is an integer that fits, else nil.
    package var int: Int? {
        switch self {
        case .uint8(let value): Int(value)
        case .int8(let value): Int(value)
        case .uint16(let value): Int(value)
        case .int16(let value): Int(value)
        case .uint32(let value): Int(value)
        case .int32(let value): Int(value)
        case .uint64(let value): Int(exactly: value)
        case .int64(let value): Int(exactly: value)
        default: nil
        }
    }

    /// The value as `Double` if it is a number that `Double` holds exactly, else nil.
    package var double: Double? {
        switch self {
        case .float32(let value): Double(value)
        case .float64(let value): value
        default: int.flatMap { Double(exactly: $0) }
        }
    }
}

extension GGUFValue {
    /// Decodes a scalar; `range` is its value without a string's length.
    ///
    /// The range was checked when the file was opened, so this cannot fail for lack of bytes.
    init(_ entry: GGUFMetadata.Entry, in mapping: GGUFMapping) {
        let bytes = mapping.bytes
        func load<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) -> T {
            T(
                littleEndian: bytes.loadUnaligned(
                    fromByteOffset: entry.range.lowerBound,
                    as: T.self
                )
            )
        }
        switch entry.type {
        case .uint8: self = .uint8(load(UInt8.self))
        case .int8: self = .int8(load(Int8.self))
        case .uint16: self = .uint16(load(UInt16.self))
        case .int16: self = .int16(load(Int16.self))
        case .uint32: self = .uint32(load(UInt32.self))
        case .int32: self = .int32(load(Int32.self))
        case .uint64: self = .uint64(load(UInt64.self))
        case .int64: self = .int64(load(Int64.self))
        case .float32: self = .float32(Float(bitPattern: load(UInt32.self)))
        case .float64: self = .float64(Double(bitPattern: load(UInt64.self)))
        case .bool: self = .bool(load(UInt8.self) != 0)
        case .string: self = .string(String(decoding: bytes[entry.range], as: UTF8.self))
        case .array:
            self = .array(
                GGUFArray(entry.elementType, count: entry.count, in: mapping, entry.range)
            )
        }
    }
}
