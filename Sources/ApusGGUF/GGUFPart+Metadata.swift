extension GGUFPart {
    static func metadata(
        _ cursor: inout GGUFCursor,
        count: Int
    ) throws(GGUFError) -> [GGUFMetadata.Entry] {
        // The smallest value is an empty key, a type and one byte.
        try checkCount(count, smallest: 8 + 4 + 1, "Metadata count", cursor)
        var entries: [GGUFMetadata.Entry] = []
        entries.reserveCapacity(count)
        var keys: Set<String> = []
        for index in 0..<count {
            let start = cursor.offset
            let key = try cursor.string("Metadata key \(index)", limit: GGUFLimits.keyBytes).text
            guard keys.insert(key).inserted else {
                throw GGUFError(
                    .duplicateName,
                    "Metadata key \(index) at byte \(start) is a second '\(key)', "
                        + "expected every key once."
                )
            }
            entries.append(try entry(key, &cursor))
            try checkHeaderSize(cursor)
        }
        return entries
    }

    private static func entry(
        _ key: String,
        _ cursor: inout GGUFCursor
    ) throws(GGUFError) -> GGUFMetadata.Entry {
        let type = try valueType(&cursor, "Type of '\(key)'")
        switch type {
        case .array:
            return try array(key, &cursor)
        case .string:
            let range = try cursor.string("'\(key)'", limit: GGUFLimits.stringBytes).range
            return .init(key: key, type: type, elementType: type, count: 1, range: range)
        default:
            let range = try cursor.skip(type.size ?? 0, "'\(key)'")
            if type == .bool { try checkBools(cursor.bytes, range, "'\(key)'") }
            return .init(key: key, type: type, elementType: type, count: 1, range: range)
        }
    }

    private static func array(
        _ key: String,
        _ cursor: inout GGUFCursor
    ) throws(GGUFError) -> GGUFMetadata.Entry {
        let typeOffset = cursor.offset
        let type = try valueType(&cursor, "Element type of '\(key)'")
        let countOffset = cursor.offset
        let count = try cursor.count(
            "Length of '\(key)'",
            limit: type == .string ? GGUFLimits.arrayStrings : .max
        )
        let start = cursor.offset
        switch type {
        case .array:
            throw GGUFError(
                .nestedArray,
                "Element type of '\(key)' at byte \(typeOffset) is an array, "
                    + "expected numbers, booleans or texts."
            )
        case .string:
            try checkCount(count, smallest: 8, "Length of '\(key)'", cursor)
            for index in 0..<count {
                try cursor.skipString(index, of: key)
                try checkHeaderSize(cursor)
            }
        default:
            let (size, overflow) = count.multipliedReportingOverflow(by: type.size ?? 0)
            guard !overflow else {
                throw GGUFError(
                    .overflow,
                    "Length of '\(key)' at byte \(countOffset) is \(count), which is more "
                        + "\(type.name) values than memory has addresses."
                )
            }
            _ = try cursor.skip(size, "'\(key)' with \(count) elements")
        }
        try checkHeaderSize(cursor)
        let range = start..<cursor.offset
        if type == .bool { try checkBools(cursor.bytes, range, "'\(key)'") }
        return .init(key: key, type: .array, elementType: type, count: count, range: range)
    }

    private static func valueType(
        _ cursor: inout GGUFCursor,
        _ field: @autoclosure () -> String
    ) throws(GGUFError) -> GGUFValueType {
        let start = cursor.offset
        let code = try cursor.integer(UInt32.self, field())
        guard let type = GGUFValueType(rawValue: code) else {
            throw GGUFError(
                .unknownValueType,
                "\(field()) at byte \(start) is \(code), expected 0 to 12."
            )
        }
        return type
    }

    private static func checkBools(
        _ bytes: UnsafeRawBufferPointer,
        _ range: Range<Int>,
        _ field: String
    ) throws(GGUFError) {
        guard let bad = bytes[range].firstIndex(where: { $0 > 1 }) else { return }
        throw GGUFError(
            .invalidBool,
            "\(field) is \(bytes[bad]) at byte \(bad), expected 0 or 1."
        )
    }

    /// Refuses a count that cannot fit in the rest of the file, before memory is taken for it.
    static func checkCount(
        _ count: Int,
        smallest: Int,
        _ field: String,
        _ cursor: GGUFCursor
    ) throws(GGUFError) {
        guard count > cursor.remaining / smallest else { return }
        throw GGUFError(
            .truncated,
            "\(field) is \(count), but at most \(cursor.remaining / smallest) fit between byte "
                + "\(cursor.offset) and the end of the file at byte \(cursor.bytes.count)."
        )
    }

    static func checkHeaderSize(_ cursor: GGUFCursor) throws(GGUFError) {
        guard cursor.offset > GGUFLimits.headerBytes else { return }
        throw GGUFError(
            .limitExceeded,
            "Metadata and tensor descriptions reach byte \(cursor.offset), "
                + "expected at most \(GGUFLimits.headerBytes) bytes."
        )
    }
}
