extension GGUFArray {
    /// Every element as `Int`, whatever integer type the file uses.
    ///
    /// - Throws: `wrongType` for other types, or a u64 above `Int.max`. `name` is what the error
    ///   calls the array.
    /// - Complexity: O(count), with one allocation.
    package func ints(_ name: String = "Array") throws(GGUFError) -> [Int] {
        switch elementType {
        case .uint8: try widened(UInt8.self, name)
        case .int8: try widened(Int8.self, name)
        case .uint16: try widened(UInt16.self, name)
        case .int16: try widened(Int16.self, name)
        case .uint32: try widened(UInt32.self, name)
        case .int32: try widened(Int32.self, name)
        case .uint64: try widened(UInt64.self, name)
        case .int64: try widened(Int64.self, name)
        default: throw wrongType(name, expected: "integers")
        }
    }

    /// Every element in the integer type the file uses.
    ///
    /// - Throws: `wrongType` when that is another one.
    package func integers<T: GGUFInteger>(
        of type: T.Type,
        _ name: String = "Array"
    ) throws(GGUFError) -> [T] {
        guard elementType == T.valueType else {
            throw wrongType(name, expected: T.valueType.name)
        }
        return try numbers(type, name)
    }

    /// Every element as `Float`; f64 and large integers are rounded.
    ///
    /// - Throws: `wrongType` for anything but numbers.
    package func floats(_ name: String = "Array") throws(GGUFError) -> [Float] {
        switch elementType {
        case .float32:
            try numbers(UInt32.self, name).map { Float(bitPattern: $0) }
        case .float64, .uint8, .int8, .uint16, .int16, .uint32, .int32, .uint64, .int64:
            try doubles(name).map { Float($0) }
        default: throw wrongType(name, expected: "numbers")
        }
    }

    /// Every element as `Double`; integers beyond 2^53 are rounded.
    ///
    /// - Throws: `wrongType` for anything but numbers.
    package func doubles(_ name: String = "Array") throws(GGUFError) -> [Double] {
        switch elementType {
        case .float32:
            try numbers(UInt32.self, name).map { Double(Float(bitPattern: $0)) }
        case .float64:
            try numbers(UInt64.self, name).map { Double(bitPattern: $0) }
        case .uint64:
            try numbers(UInt64.self, name).map { Double($0) }
        case .uint8, .int8, .uint16, .int16, .uint32, .int32, .int64:
            try ints(name).map { Double($0) }
        default: throw wrongType(name, expected: "numbers")
        }
    }

    /// Every element as `Bool`.
    ///
    /// - Throws: `wrongType` for other types.
    package func bools(_ name: String = "Array") throws(GGUFError) -> [Bool] {
        guard elementType == .bool else { throw wrongType(name, expected: "booleans") }
        return try numbers(UInt8.self, name).map { $0 != 0 }
    }

    /// Every element as text.
    ///
    /// - Throws: `wrongType` for other types, `invalidUTF8` naming the first element that is not
    ///   UTF-8; `byteStrings` reads those too.
    package func strings(_ name: String = "Array") throws(GGUFError) -> [String] {
        var result: [String] = []
        result.reserveCapacity(count)
        try forEachString(name) { (bytes) throws(GGUFError) in
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw GGUFError(
                    .invalidUTF8,
                    "Element \(result.count) of \(name) is not valid UTF-8."
                )
            }
            result.append(text)
        }
        return result
    }

    /// Every text as bytes, valid UTF-8 or not.
    ///
    /// - Throws: `wrongType` for other types.
    package func byteStrings(_ name: String = "Array") throws(GGUFError) -> [[UInt8]] {
        var result: [[UInt8]] = []
        result.reserveCapacity(count)
        try forEachString(name) { (bytes) throws(GGUFError) in result.append(Array(bytes)) }
        return result
    }

    /// Calls `body` with each text's bytes in order; they are valid during the call only.
    ///
    /// Nothing is allocated. Precondition: `body` does not keep the pointer.
    /// - Throws: `wrongType` for other types, and what `body` throws.
    package func forEachString(
        _ name: String = "Array",
        _ body: (UnsafeRawBufferPointer) throws(GGUFError) -> Void
    ) throws(GGUFError) {
        guard elementType == .string else { throw wrongType(name, expected: "texts") }
        try withEncoded { (encoded) throws(GGUFError) in
            var cursor = GGUFCursor(encoded)
            for index in 0..<count {
                let length = try cursor.count("Length of element \(index)", limit: encoded.count)
                let range = try cursor.skip(length, "Element \(index)")
                try body(UnsafeRawBufferPointer(rebasing: encoded[range]))
            }
        }
    }

    private func widened<T: FixedWidthInteger & BitwiseCopyable>(
        _ type: T.Type,
        _ name: String
    ) throws(GGUFError) -> [Int] {
        var result: [Int] = []
        result.reserveCapacity(count)
        for value in try numbers(type, name) {
            guard let value = Int(exactly: value) else {
                throw GGUFError(
                    .wrongType,
                    "Element \(result.count) of \(name) is \(value), expected at most \(Int.max)."
                )
            }
            result.append(value)
        }
        return result
    }

    private func numbers<T: FixedWidthInteger & BitwiseCopyable>(
        _ type: T.Type,
        _ name: String
    ) throws(GGUFError) -> [T] {
        try withEncoded { (encoded) throws(GGUFError) in
            let size = MemoryLayout<T>.size
            return (0..<count).map { index in
                T(littleEndian: encoded.loadUnaligned(fromByteOffset: index * size, as: T.self))
            }
        }
    }

    private func wrongType(_ name: String, expected: String) -> GGUFError {
        GGUFError(
            .wrongType,
            "\(name) is an array of \(elementType.name), expected \(expected)."
        )
    }
}
