internal import ApusFormats
internal import ApusTensors

/// A tensor of a checkpoint, read as floats: 8-bit floats are multiplied by their scales.
struct CheckpointTensor: Sendable {
    /// Scales of 8-bit floats: one for every block of a matrix.
    struct Scales: Sendable {
        let values: [Float]
        /// Blocks in a row of blocks.
        let columns: Int
        /// Size of a block.
        let blockRows: Int
        let blockColumns: Int
    }

    let name: String
    let type: SafetensorsType
    /// Outermost dimension first.
    let shape: [Int]
    var scales: Scales?
    private let file: RandomAccessFile
    private let offset: Int

    /// A tensor of a file; nil for a type that cannot be read.
    init?(_ entry: SafetensorsFile.Entry, in file: RandomAccessFile) {
        guard let type = SafetensorsType(rawValue: entry.type) else { return nil }
        name = entry.name
        self.type = type
        shape = entry.shape
        offset = entry.range.lowerBound
        self.file = file
    }

    /// Number of weights.
    var count: Int { shape.reduce(1, *) }

    /// Fills in some weights, in row order.
    func read(_ range: Range<Int>, into floats: UnsafeMutableBufferPointer<Float>) throws {
        let bytes = range.count * type.size
        try withUnsafeTemporaryAllocation(byteCount: bytes, alignment: 64) { buffer in
            try file.read(at: offset + range.lowerBound * type.size, into: buffer)
            if let format = type.format {
                try WeightPacker.unpack(
                    UnsafeRawBufferPointer(buffer),
                    as: format,
                    into: floats
                )
            } else {
                let table = type.byteValues
                for (index, byte) in buffer.enumerated() { floats[index] = table[Int(byte)] }
            }
        }
        if let scales { multiply(floats, from: range.lowerBound, by: scales) }
    }

    /// All weights; for small tensors.
    func values() throws -> [Float] { try values(0..<count) }

    /// Some weights, in row order.
    func values(_ range: Range<Int>) throws -> [Float] {
        try [Float](unsafeUninitializedCapacity: range.count) { buffer, written in
            try read(range, into: UnsafeMutableBufferPointer(rebasing: buffer[..<range.count]))
            written = range.count
        }
    }

    private func multiply(
        _ floats: UnsafeMutableBufferPointer<Float>,
        from start: Int,
        by scales: Scales
    ) {
        let width = shape.last ?? 1
        for index in floats.indices {
            let (row, column) = (start + index).quotientAndRemainder(dividingBy: width)
            let block = row / scales.blockRows * scales.columns + column / scales.blockColumns
            floats[index] *= scales.values[block]
        }
    }
}
