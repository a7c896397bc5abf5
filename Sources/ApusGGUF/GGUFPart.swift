internal import ApusFormats

/// The checked directory of one GGUF file: what it contains and where, without the contents.
///
/// ## Format, versions 2 and 3
///
/// All numbers are little-endian; nothing before the data is aligned.
///
///     magic             4 bytes   "GGUF"
///     version           u32       2 or 3; the layouts are the same
///     tensor count      u64
///     metadata count    u64
///     metadata          count times
///       key             string
///       value type      u32       see GGUFValueType
///       value                     scalar: its bytes; bool: one byte, 0 or 1
///                                 string: string
///                                 array: element type u32, count u64, elements
///     tensors           count times
///       name            string
///       dimensions      u32       0 to 4
///       sizes           u64 each  innermost first
///       format          u32       see BlockFormat
///       offset          u64       from the start of the data
///     padding                     up to the next multiple of `general.alignment`, default 32
///     data                        every tensor at a multiple of the alignment
///
/// A string is its length in bytes as u64, then UTF-8 without a terminator. Version 1 had 32-bit
/// counts and is refused. A big-endian file has a byte-swapped version, and is refused by name.
///
/// ## What is checked
///
/// Everything the file says about itself, once, before anybody uses it: counts and lengths against
/// the file's size and `GGUFLimits` before memory is taken for them; types and formats; keys and
/// names unique and UTF-8; array lengths walked to the last element; shapes multiplied out without
/// overflow; every tensor aligned, inside the file, and overlapping no other.
///
/// Two things are left to use. The bytes of texts inside arrays may be anything, because a
/// vocabulary may hold pieces of characters: decoding them as `String` checks them, and
/// `byteStrings` does not. The bytes of tensors are just numbers.
///
/// Source: the GGUF specification in ggml's `docs/gguf.md`.
struct GGUFPart {
    let version: Int
    let entries: [GGUFMetadata.Entry]
    let tensors: [GGUFTensor]
    /// Where tensor data starts, in bytes from the start of the file.
    let dataStart: Int

    /// Reads and checks the directory of `bytes`.
    ///
    /// Every tensor gets `fileIndex`.
    /// - Throws: see the list above.
    /// - Complexity: linear in the metadata, not in the tensor data, which is not touched.
    init(_ bytes: UnsafeRawBufferPointer, fileIndex: Int) throws(GGUFError) {
        var cursor = GGUFCursor(bytes)
        version = try Self.version(&cursor)
        let tensorCount = try cursor.count("Tensor count", limit: GGUFLimits.tensors)
        let entryCount = try cursor.count("Metadata count", limit: GGUFLimits.metadataEntries)
        entries = try Self.metadata(&cursor, count: entryCount)
        let alignment = try Self.alignment(entries, bytes)
        let records = try Self.tensorRecords(&cursor, count: tensorCount)
        dataStart = (cursor.offset + alignment - 1) / alignment * alignment
        tensors = try Self.place(
            records,
            from: dataStart,
            alignment: alignment,
            fileSize: bytes.count,
            fileIndex: fileIndex
        )
        try Self.checkDisjoint(tensors)
    }

    private static func version(_ cursor: inout GGUFCursor) throws(GGUFError) -> Int {
        let magic = try cursor.integer(UInt32.self, "Magic")
        guard magic == 0x4655_4747 else {
            throw GGUFError(
                .notGGUF,
                "Magic at byte 0 is 0x\(String(magic.byteSwapped, radix: 16)), "
                    + "expected 'GGUF' (0x47475546)."
            )
        }
        let version = try cursor.integer(UInt32.self, "Version")
        if version.byteSwapped <= 3 && version > 3 {
            throw GGUFError(
                .unsupportedVersion,
                "Version at byte 4 is stored big-endian, expected a little-endian file."
            )
        }
        guard version == 2 || version == 3 else {
            throw GGUFError(
                .unsupportedVersion,
                "Version at byte 4 is \(version), expected 2 or 3."
            )
        }
        return Int(version)
    }

    private static func alignment(
        _ entries: [GGUFMetadata.Entry],
        _ bytes: UnsafeRawBufferPointer
    ) throws(GGUFError) -> Int {
        guard let entry = entries.first(where: { $0.key == "general.alignment" }) else {
            return 32
        }
        let field = "'general.alignment' at byte \(entry.range.lowerBound)"
        guard entry.type == .uint32 else {
            throw GGUFError(.wrongType, "\(field) is of type \(entry.type.name), expected u32.")
        }
        var cursor = GGUFCursor(bytes, at: entry.range.lowerBound)
        let value = Int(try cursor.integer(UInt32.self, field))
        guard GGUFLimits.alignments ~= value, value & (value - 1) == 0 else {
            throw GGUFError(
                .invalidAlignment,
                "\(field) is \(value), expected a power of two from 8 to 65536."
            )
        }
        return value
    }

    private static func checkDisjoint(_ tensors: [GGUFTensor]) throws(GGUFError) {
        let sorted = tensors.sorted { $0.offset < $1.offset }
        for (first, second) in zip(sorted, sorted.dropFirst())
        where first.offset + first.byteCount > second.offset {
            throw GGUFError(
                .overlappingTensors,
                "Tensor '\(second.name)' starts at byte \(second.offset), expected after tensor "
                    + "'\(first.name)' ends at byte \(first.offset + first.byteCount)."
            )
        }
    }
}
