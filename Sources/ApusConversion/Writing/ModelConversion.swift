internal import ApusFormats
package import ApusGGUF
internal import ApusTensors

/// A GGUF file that is yet to be made: its plan, and where each tensor's weights come from.
///
/// Everything but the weights is known and checked. `write` streams the file front to back with
/// memory for one piece of one tensor.
package struct ModelConversion: Sendable {
    /// Fills in weights of a tensor, numbered in row order; called from several threads at once.
    package typealias WeightReader =
        @Sendable (Range<Int>, UnsafeMutableBufferPointer<Float>) throws -> Void
    /// Calls its second argument with some bytes of a tensor's data.
    package typealias ByteReader =
        @Sendable (Range<Int>, (UnsafeRawBufferPointer) throws -> Void) throws -> Void

    /// Where a tensor's data comes from.
    package enum Content: Sendable {
        /// Bytes that are taken over as they are.
        case copied(ByteReader)
        /// Weights that are packed in the format of the plan.
        case packed(WeightReader)
    }

    /// A tensor of the file.
    package struct Tensor: Sendable {
        let plan: GGUFLayout.Tensor
        let content: Content

        /// A tensor with its plan and its source.
        package init(_ plan: GGUFLayout.Tensor, _ content: Content) {
            self.plan = plan
            self.content = content
        }
    }

    /// Weights packed at a time; whole blocks of every format.
    private static let pieceWeights = 1 << 21
    /// Bytes copied at a time.
    private static let pieceBytes = 1 << 22

    private let layout: GGUFLayout
    private let tensors: [Tensor]

    /// Plans a file.
    ///
    /// - Throws: `GGUFError` as `GGUFLayout`.
    package init(
        metadata: [(key: String, value: GGUFValue)],
        tensors: [Tensor]
    ) throws(GGUFError) {
        layout = try GGUFLayout(metadata: metadata, tensors: tensors.map(\.plan))
        self.tensors = tensors
    }

    /// Bytes of the finished file.
    package var fileBytes: Int { layout.fileBytes }

    /// The tensors of the finished file.
    package var plans: [GGUFLayout.Tensor] { layout.tensors }

    /// Hands the file to `sink`, piece by piece.
    ///
    /// Blocks and computes on `threads` threads, nil for one a processor. `progress` gets the
    /// bytes done so far and may throw to end the work.
    /// - Throws: `ConversionError` `unfitWeight`; what reading, `sink` and `progress` throw.
    package func write(
        threads: Int? = nil,
        to sink: (UnsafeRawBufferPointer) throws -> Void,
        progress: (_ completed: Int) throws -> Void = { _ in }
    ) throws {
        let packer = WeightPacker(threads: threads)
        try layout.header.withUnsafeBytes(sink)
        var position = layout.header.count
        for (index, tensor) in tensors.enumerated() {
            try write(tensor, bytes: layout.byteCounts[index], packer) { piece in
                try sink(piece)
                position += piece.count
                try progress(position)
            }
            let end = index + 1 < tensors.count ? layout.offsets[index + 1] : layout.fileBytes
            try [UInt8](repeating: 0, count: end - position).withUnsafeBytes(sink)
            position = end
        }
        try progress(position)
    }

    private func write(
        _ tensor: Tensor,
        bytes: Int,
        _ packer: WeightPacker,
        to sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        switch tensor.content {
        case .copied(let read):
            for start in stride(from: 0, to: bytes, by: Self.pieceBytes) {
                try read(start..<min(start + Self.pieceBytes, bytes), sink)
            }
        case .packed(let read):
            do {
                try pack(tensor.plan, packer, read, to: sink)
            } catch let error as WeightPacker.UnfitWeight {
                throw Self.unfit(error, tensor.plan)
            }
        }
    }

    private func pack(
        _ plan: GGUFLayout.Tensor,
        _ packer: WeightPacker,
        _ read: WeightReader,
        to sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let count = plan.shape.reduce(1, *)
        let largest = min(count, Self.pieceWeights)
        let room = plan.format.byteCount(elements: largest) ?? 0
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 64)
        defer { buffer.deallocate() }
        for start in stride(from: 0, to: count, by: Self.pieceWeights) {
            let range = start..<min(start + Self.pieceWeights, count)
            let bytes = plan.format.byteCount(elements: range.count) ?? 0
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<bytes])
            try packer.pack(range, as: plan.format, into: piece, reading: read)
            try sink(UnsafeRawBufferPointer(piece))
        }
    }

    private static func unfit(
        _ error: WeightPacker.UnfitWeight,
        _ plan: GGUFLayout.Tensor
    ) -> ConversionError {
        ConversionError(
            .unfitWeight,
            "Tensor '\(plan.name)': weight \(error.index) is \(error.value), expected a number "
                + "of at most \(error.limit) for \(plan.format.name)."
        )
    }
}
