package import ApusFormats

/// The plan of a GGUF file to be written: metadata, tensors, and where each one's data will lie.
///
/// Everything that can be wrong with it is found while it is made, before a byte is written. Files
/// are version 3; `general.alignment` is written only when it differs from the default of 32.
package struct GGUFLayout: Sendable {
    /// A tensor to be written.
    package struct Tensor: Hashable, Sendable {
        /// The name in the file.
        package let name: String
        /// How the weights are encoded.
        package let format: BlockFormat
        /// Dimensions, outermost first.
        package let shape: [Int]

        /// A tensor of this shape, outermost dimension first.
        package init(name: String, format: BlockFormat, shape: [Int]) {
            self.name = name
            self.format = format
            self.shape = shape
        }
    }

    /// The tensors in the order their data follows.
    package let tensors: [Tensor]
    /// Bytes of each tensor's data, without padding.
    package let byteCounts: [Int]
    /// Where each tensor's data starts, from the beginning of the file.
    package let offsets: [Int]
    /// Bytes of the finished file.
    package let fileBytes: Int
    /// Everything before the data, padded.
    package let header: [UInt8]
    let alignment: Int

    /// Plans a file.
    ///
    /// - Throws: `badShape`, `overflow`, `duplicateName`, `invalidAlignment`, `limitExceeded`.
    package init(
        metadata: [(key: String, value: GGUFValue)],
        tensors: [Tensor]
    ) throws(GGUFError) {
        alignment = try Self.alignment(metadata)
        try Self.checkNames(metadata, tensors)
        byteCounts = try Self.byteCounts(tensors)
        var relative: [Int] = []
        var end = 0
        for bytes in byteCounts {
            relative.append(end)
            end = try Self.padded(end, adding: bytes, to: alignment)
        }
        var header: [UInt8] = Array("GGUF".utf8)
        header.appendInteger(UInt32(3))
        header.appendInteger(UInt64(tensors.count))
        header.appendInteger(UInt64(metadata.count))
        for (key, value) in metadata { try header.appendEntry(key, value) }
        for (tensor, offset) in zip(tensors, relative) { header.appendTensor(tensor, offset) }
        let start = try Self.padded(header.count, adding: 0, to: alignment)
        header += Array(repeating: 0, count: start - header.count)
        self.header = header
        self.tensors = tensors
        fileBytes = try Self.padded(start, adding: end, to: alignment)
        offsets = relative.map { start + $0 }
    }

    private static func alignment(
        _ metadata: [(key: String, value: GGUFValue)]
    ) throws(GGUFError) -> Int {
        guard let value = metadata.first(where: { $0.key == "general.alignment" })?.value else {
            return 32
        }
        guard case .uint32(let number) = value, GGUFLimits.alignments ~= Int(number),
            number & (number - 1) == 0
        else {
            throw GGUFError(
                .invalidAlignment,
                "'general.alignment' has to be a u32 power of two from 8 to 65536."
            )
        }
        return Int(number)
    }

    private static func checkNames(
        _ metadata: [(key: String, value: GGUFValue)],
        _ tensors: [Tensor]
    ) throws(GGUFError) {
        let keys = metadata.map { ($0.key, GGUFLimits.keyBytes) }
        let names = tensors.map { ($0.name, GGUFLimits.nameBytes) }
        for list in [keys, names] {
            var seen: Set<String> = []
            for (name, limit) in list {
                guard seen.insert(name).inserted else {
                    throw GGUFError(.duplicateName, "'\(name)' is there twice, expected once.")
                }
                guard name.utf8.count <= limit else {
                    throw GGUFError(
                        .limitExceeded,
                        "'\(name)' has \(name.utf8.count) bytes, expected at most \(limit)."
                    )
                }
            }
        }
        guard metadata.count <= GGUFLimits.metadataEntries, tensors.count <= GGUFLimits.tensors
        else {
            throw GGUFError(
                .limitExceeded,
                "\(metadata.count) metadata values and \(tensors.count) tensors, expected at most "
                    + "\(GGUFLimits.metadataEntries) and \(GGUFLimits.tensors)."
            )
        }
    }

    private static func byteCounts(_ tensors: [Tensor]) throws(GGUFError) -> [Int] {
        var result: [Int] = []
        for tensor in tensors {
            guard let bytes = tensor.format.byteCount(shape: tensor.shape), bytes > 0,
                tensor.shape.count <= GGUFLimits.dimensions
            else {
                throw GGUFError(
                    .badShape,
                    "Tensor '\(tensor.name)' of format \(tensor.format.name) has shape "
                        + "\(tensor.shape), expected at most 4 dimensions, none zero, with rows "
                        + "of a multiple of \(tensor.format.blockSize)."
                )
            }
            result.append(bytes)
        }
        return result
    }

    private static func padded(
        _ start: Int,
        adding bytes: Int,
        to alignment: Int
    ) throws(GGUFError) -> Int {
        let (end, overflow) = start.addingReportingOverflow(bytes)
        guard !overflow, end <= Int.max - alignment else {
            throw GGUFError(.overflow, "The file would be larger than \(Int.max) bytes.")
        }
        return (end + alignment - 1) / alignment * alignment
    }
}
