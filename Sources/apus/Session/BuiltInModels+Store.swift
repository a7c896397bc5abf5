internal import ApusFormats
internal import ApusGGUF
internal import ApusStore
internal import FoundationEssentials

extension BuiltInModels {
    /// When their weights were made, for listings.
    private static let modifiedAt = Date(timeIntervalSince1970: 1_795_132_800)

    /// A model this small is right only where it is sure.
    private static let parameters: [String: ParameterValue] = ["temperature": .number(0)]

    /// The models as a store lists them.
    static func forStore() throws -> [BuiltInModel] {
        try all.map { model in
            BuiltInModel(
                name: try ModelName(model.name),
                digest: Digest(hashing: Array(model.bytes)),
                sizeBytes: Int64(model.bytes.count),
                weights: { Array(model.bytes) },
                facts: try facts(of: model.open()),
                modifiedAt: modifiedAt,
                parameters: parameters
            )
        }
    }

    /// The weights of the model that a store lists under `name`.
    static func weights(_ name: ModelName) throws -> GGUFFile {
        for model in all where try ModelName(model.name) == name { return try model.open() }
        throw StoreError(.notFound, "there is no built-in model '\(name.shortest)'")
    }

    private static func facts(of file: GGUFFile) throws -> ModelFacts {
        let code = try file.metadata.optionalInt("general.file_type").flatMap {
            UInt32(exactly: $0)
        }
        return ModelFacts(
            role: .model,
            family: try file.metadata.string("general.architecture"),
            parameterCount: file.tensors.reduce(0) { $0 + UInt64($1.elementCount) },
            quantization: code.flatMap { FileType(code: $0) }?.name ?? "unknown"
        )
    }
}
