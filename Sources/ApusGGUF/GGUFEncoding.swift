internal import ApusFormats

// The inverse of GGUFCursor: fields appended in the file's byte order.
extension [UInt8] {
    mutating func appendInteger<T: FixedWidthInteger>(_ value: T) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    mutating func appendString(_ text: String) {
        appendInteger(UInt64(text.utf8.count))
        append(contentsOf: text.utf8)
    }

    mutating func appendEntry(_ key: String, _ value: GGUFValue) throws(GGUFError) {
        appendString(key)
        appendInteger(value.type.rawValue)
        switch value {
        case .uint8(let value): appendInteger(value)
        case .int8(let value): appendInteger(value)
        case .uint16(let value): appendInteger(value)
        case .int16(let value): appendInteger(value)
        case .uint32(let value): appendInteger(value)
        case .int32(let value): appendInteger(value)
        case .uint64(let value): appendInteger(value)
        case .int64(let value): appendInteger(value)
        case .float32(let value): appendInteger(value.bitPattern)
        case .float64(let value): appendInteger(value.bitPattern)
        case .bool(let value): append(value ? 1 : 0)
        case .string(let value):
            guard value.utf8.count <= GGUFLimits.stringBytes else {
                throw GGUFError(
                    .limitExceeded,
                    "'\(key)' has \(value.utf8.count) bytes, expected at most "
                        + "\(GGUFLimits.stringBytes)."
                )
            }
            appendString(value)
        case .array(let array):
            appendInteger(array.elementType.rawValue)
            appendInteger(UInt64(array.count))
            append(contentsOf: try array.withEncoded { Array($0) })
        }
    }

    mutating func appendTensor(_ tensor: GGUFLayout.Tensor, _ offset: Int) {
        appendString(tensor.name)
        appendInteger(UInt32(tensor.shape.count))
        for dimension in tensor.shape.reversed() { appendInteger(UInt64(dimension)) }
        appendInteger(tensor.format.code)
        appendInteger(UInt64(offset))
    }
}
