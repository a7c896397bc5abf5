internal import ApusFormats

extension GGUFPart {
    /// A tensor's description before its data has been located.
    struct TensorRecord {
        let name: String
        let format: BlockFormat
        /// Outermost first.
        let shape: [Int]
        let byteCount: Int
        /// From the start of the data, as in the file.
        let relativeOffset: UInt64
        /// Where the file says so, for errors.
        let offsetField: Int
    }

    static func tensorRecords(
        _ cursor: inout GGUFCursor,
        count: Int
    ) throws(GGUFError) -> [TensorRecord] {
        // The smallest description is an empty name, no dimensions, a format and an offset.
        try checkCount(count, smallest: 8 + 4 + 4 + 8, "Tensor count", cursor)
        var records: [TensorRecord] = []
        records.reserveCapacity(count)
        var names: Set<String> = []
        for index in 0..<count {
            let start = cursor.offset
            let name = try cursor.string(
                "Name of tensor \(index)",
                limit: GGUFLimits.nameBytes
            ).text
            guard names.insert(name).inserted else {
                throw GGUFError(
                    .duplicateName,
                    "Name of tensor \(index) at byte \(start) is a second '\(name)', "
                        + "expected every name once."
                )
            }
            records.append(try record(name, &cursor))
            try checkHeaderSize(cursor)
        }
        return records
    }

    private static func record(
        _ name: String,
        _ cursor: inout GGUFCursor
    ) throws(GGUFError) -> TensorRecord {
        let start = cursor.offset
        let shape = try shape(name, &cursor)
        let format = try format(name, &cursor)
        guard (shape.last ?? 1) % format.blockSize == 0 else {
            throw GGUFError(
                .badShape,
                "Shape of tensor '\(name)' at byte \(start) has rows of \(shape.last ?? 1), "
                    + "expected a multiple of \(format.name)'s block of \(format.blockSize)."
            )
        }
        guard let byteCount = format.byteCount(shape: shape) else {
            throw GGUFError(
                .overflow,
                "Shape of tensor '\(name)' at byte \(start) is \(shape), which is more \(format.name)"
                    + " weights than memory has addresses."
            )
        }
        let offsetField = cursor.offset
        let offset = try cursor.integer(UInt64.self, "Offset of tensor '\(name)'")
        return TensorRecord(
            name: name,
            format: format,
            shape: shape,
            byteCount: byteCount,
            relativeOffset: offset,
            offsetField: offsetField
        )
    }

    private static func shape(
        _ name: String,
        _ cursor: inout GGUFCursor
    ) throws(GGUFError) -> [Int] {
        let start = cursor.offset
        let count = try cursor.integer(UInt32.self, "Dimension count of tensor '\(name)'")
        guard count <= GGUFLimits.dimensions else {
            throw GGUFError(
                .badShape,
                "Dimension count of tensor '\(name)' at byte \(start) is \(count), "
                    + "expected at most \(GGUFLimits.dimensions)."
            )
        }
        var shape: [Int] = []
        shape.reserveCapacity(Int(count))
        for index in 0..<count {
            let field = cursor.offset
            let size = try cursor.integer(UInt64.self, "Dimension \(index) of tensor '\(name)'")
            guard let size = Int(exactly: size), size > 0 else {
                throw GGUFError(
                    size == 0 ? .badShape : .overflow,
                    "Dimension \(index) of tensor '\(name)' at byte \(field) is \(size), "
                        + "expected 1 to \(Int.max)."
                )
            }
            shape.append(size)
        }
        shape.reverse()
        return shape
    }

    private static func format(
        _ name: String,
        _ cursor: inout GGUFCursor
    ) throws(GGUFError) -> BlockFormat {
        let start = cursor.offset
        let code = try cursor.integer(UInt32.self, "Format of tensor '\(name)'")
        if let format = BlockFormat(code: code) { return format }
        let what =
            BlockFormat.retiredName(code: code).map { "the withdrawn \($0) (code \(code))" }
            ?? "code \(code)"
        throw GGUFError(
            .unknownFormat,
            "Format of tensor '\(name)' at byte \(start) is \(what), expected a known format."
        )
    }

    /// Turns offsets within the data into places in the file.
    static func place(
        _ records: [TensorRecord],
        from dataStart: Int,
        alignment: Int,
        fileSize: Int,
        fileIndex: Int
    ) throws(GGUFError) -> [GGUFTensor] {
        var tensors: [GGUFTensor] = []
        tensors.reserveCapacity(records.count)
        for record in records {
            let field = "Offset of tensor '\(record.name)' at byte \(record.offsetField)"
            guard record.relativeOffset % UInt64(alignment) == 0 else {
                throw GGUFError(
                    .unalignedTensor,
                    "\(field) is \(record.relativeOffset), expected a multiple of \(alignment)."
                )
            }
            guard dataStart <= fileSize, record.byteCount <= fileSize - dataStart,
                record.relativeOffset <= UInt64(fileSize - dataStart - record.byteCount)
            else {
                throw GGUFError(
                    .tensorOutOfRange,
                    "\(field) is \(record.relativeOffset); with \(record.byteCount) bytes behind "
                        + "byte \(dataStart) it reaches past the end of the file at byte "
                        + "\(fileSize)."
                )
            }
            tensors.append(
                GGUFTensor(
                    name: record.name,
                    format: record.format,
                    shape: record.shape,
                    byteCount: record.byteCount,
                    fileIndex: fileIndex,
                    offset: dataStart + Int(record.relativeOffset)
                )
            )
        }
        return tensors
    }
}
