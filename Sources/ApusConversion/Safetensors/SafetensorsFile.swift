internal import ApusConversation
internal import ApusFormats

/// The directory of a safetensors file: its tensors' names, types, shapes and places, all checked.
///
/// Layout: u64 length of the header, little-endian; the header, a JSON object; the data. Offsets in
/// the header count from the start of the data. Source: the format's description at
/// github.com/huggingface/safetensors.
struct SafetensorsFile: Sendable {
    /// A tensor as the header describes it.
    struct Entry: Sendable {
        let name: String
        /// The type's name; only some can be read (`SafetensorsType`).
        let type: String
        /// Outermost dimension first.
        let shape: [Int]
        /// Bytes of the data, from the beginning of the file.
        let range: Range<Int>
    }

    /// Most tensors in one file.
    static let maximumTensors = 1 << 20
    /// Largest header that is read.
    static let maximumHeaderBytes = 100 << 20

    let file: RandomAccessFile
    let entries: [Entry]
    private let name: String

    /// Reads and checks the header.
    ///
    /// - Throws: `ConversionError` `badCheckpoint` naming the file and the tensor; `io`.
    init(path: String, name: String) throws {
        self.name = name
        file = try RandomAccessFile(path: path, name: name)
        func wrong(_ text: String) -> ConversionError {
            ConversionError(.badCheckpoint, "File '\(name)' \(text).")
        }
        guard file.count >= 8 else { throw wrong("is too short for safetensors") }
        let length = try file.bytes(0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let limit = min(Self.maximumHeaderBytes, file.count - 8)
        guard length <= UInt64(limit) else {
            throw wrong("has a header of \(length) bytes, expected at most \(limit)")
        }
        let start = 8 + Int(length)
        let header: JSONValue
        do {
            header = try JSONParser.parse(
                try file.bytes(8..<start),
                maximumDepth: 8,
                maximumValues: CheckpointFiles.maximumValues
            )
        } catch let error as JSONError {
            throw wrong("has a header that is no JSON: \(error)")
        }
        guard let members = header.objectValue else { throw wrong("has no object for a header") }
        guard members.count <= Self.maximumTensors else { throw wrong("has too many tensors") }
        var entries: [Entry] = []
        for (key, value) in members where key != "__metadata__" {
            guard let entry = Self.entry(key, value, data: start..<file.count) else {
                throw wrong("describes tensor '\(key)' wrongly")
            }
            entries.append(entry)
        }
        entries.sort { ($0.range.lowerBound, $0.name) < ($1.range.lowerBound, $1.name) }
        for (one, next) in zip(entries, entries.dropFirst())
        where next.range.lowerBound < one.range.upperBound && !next.range.isEmpty {
            throw wrong("has overlapping tensors '\(one.name)' and '\(next.name)'")
        }
        self.entries = entries
    }

    /// An entry whose bytes lie in the data and, for types that can be read, fit its shape.
    private static func entry(_ name: String, _ value: JSONValue, data: Range<Int>) -> Entry? {
        guard let type = value["dtype"]?.stringValue,
            let dimensions = value["shape"]?.arrayValue, dimensions.count <= 8,
            let offsets = value["data_offsets"]?.arrayValue, offsets.count == 2,
            let start = offsets[0].intValue, let end = offsets[1].intValue,
            0 <= start, start <= end, end <= data.count
        else { return nil }
        let shape = dimensions.compactMap(\.intValue)
        guard shape.count == dimensions.count,
            let elements = BlockFormat.elementCount(shape: shape)
        else { return nil }
        if let known = SafetensorsType(rawValue: type) {
            let (bytes, overflow) = elements.multipliedReportingOverflow(by: known.size)
            guard !overflow, bytes == end - start else { return nil }
        }
        let range = data.lowerBound + start..<data.lowerBound + end
        return Entry(name: name, type: type, shape: shape, range: range)
    }
}
