internal import ApusFormats
internal import ApusGGUF
internal import ApusTensors

/// What converting an adapter has to know of the model that it is for.
struct AdaptedModel {
    let architecture: String
    private let heads: Int
    private let keyHeads: Int
    private let experts: Int
    private let turnsNeighbours: Bool
    private let file: GGUFFile

    /// Reads the metadata of a model.
    ///
    /// - Throws: `ConversionError` `unsupportedArchitecture`, `unsupportedVariant`; `GGUFError`.
    init(_ model: GGUFFile) throws {
        let name = try model.metadata.string("general.architecture")
        guard let family = CheckpointArchitecture.all.first(where: { $0.name == name }) else {
            throw ConversionError(
                .unsupportedArchitecture,
                "Adapters of the architecture '\(name)' are not converted."
            )
        }
        architecture = name
        file = model
        turnsNeighbours = family.turnsNeighbours
        heads = try model.metadata.int("\(name).attention.head_count")
        keyHeads = try model.metadata.optionalInt("\(name).attention.head_count_kv") ?? heads
        experts = try model.metadata.optionalInt("\(name).expert_count") ?? 0
    }

    /// Whether the parts are the experts of a stack, all there and alike, rather than one matrix.
    ///
    /// - Throws: `unsupportedVariant` when they are neither.
    func isStack(_ name: String, _ parts: [AdapterTensors.Pair]) throws -> Bool {
        if parts.count == 1, parts[0].place.expert == nil { return false }
        guard parts.count == experts, parts.enumerated().allSatisfy({ $1.place.expert == $0 }),
            Set(parts.map(\.a.shape)).count == 1, Set(parts.map(\.b.shape)).count == 1
        else {
            throw ConversionError(
                .unsupportedVariant,
                "The adapter has \(parts.count) updates of '\(name)', expected one, or one of "
                    + "equal rank for each of \(experts) experts."
            )
        }
        return true
    }

    /// The heads whose rows are reordered in the update of a tensor; nil for other tensors.
    ///
    /// - Throws: `badCheckpoint` when the rows are not those of the heads.
    func turnedHeads(_ name: String, rows: Int) throws -> Int? {
        guard turnsNeighbours else { return nil }
        let heads: Int
        if name.hasSuffix(".attn_q.weight") {
            heads = self.heads
        } else if name.hasSuffix(".attn_k.weight") {
            heads = keyHeads
        } else {
            return nil
        }
        guard (1...rows).contains(heads), rows % heads == 0, rows / heads % 2 == 0 else {
            throw ConversionError(
                .badCheckpoint,
                "The adapter's update of '\(name)' has \(rows) rows, expected \(heads) heads of "
                    + "an even size."
            )
        }
        return heads
    }

    /// Checks that a tensor of an adapter is one of the model's, as far as a quantized model tells.
    ///
    /// Compares up to 256 rows, whose mean squared difference may be a tenth of their mean square.
    /// - Throws: `unsupportedVariant` when it is another.
    func check(_ copy: CheckpointTensor, isCopyOf name: String) throws {
        let own = file.tensor(named: name) ?? file.tensor(named: "token_embd.weight")
        guard let own, own.shape == copy.shape, own.shape.count == 2 else {
            throw ConversionError(
                .unsupportedVariant,
                "Tensor '\(copy.name)' of the adapter has shape \(copy.shape), the model's "
                    + "\(own?.shape ?? []): models of another vocabulary are not made by adapters."
            )
        }
        let (rows, columns) = (own.shape[0], own.shape[1])
        let rowBytes = own.byteCount / rows
        var (difference, square) = (0.0, 0.0)
        for row in stride(from: 0, to: rows, by: max(1, rows / 256)) {
            let theirs = try copy.values(row * columns..<(row + 1) * columns)
            var ours = theirs
            try file.withBytes(of: own) { bytes in
                try ours.withUnsafeMutableBufferPointer {
                    try WeightPacker.unpack(
                        UnsafeRawBufferPointer(
                            rebasing: bytes[row * rowBytes..<(row + 1) * rowBytes]
                        ),
                        as: own.format,
                        into: $0
                    )
                }
            }
            for (one, other) in zip(ours, theirs) {
                difference += Double(one - other) * Double(one - other)
                square += Double(one) * Double(one)
            }
        }
        guard difference <= square / 10 else {
            throw ConversionError(
                .unsupportedVariant,
                "Tensor '\(copy.name)' of the adapter is not the model's '\(own.name)': updates "
                    + "are converted, other weights are not."
            )
        }
    }
}
