internal import ApusChat
internal import ApusConversion
internal import ApusFormats
internal import ApusGGUF
internal import ApusStore

extension ModelLibrary {
    /// What making a model finds out about uploaded files.
    var inspector: ModelInspector {
        var inspector = ModelInspector(
            facts: { path in try Self.facts(of: try GGUFFile(path: path)) },
            checkTemplate: { text in
                do {
                    _ = try ChatTemplates.template(text)
                } catch let error as ChatError where error.code == .unsupported {
                    // A template of a language that cannot be rendered is kept for those who can.
                } catch {
                    throw ServerError(.invalidRequest, "template error: \(error)")
                }
            }
        )
        inspector.quantization = { path, type in
            let type = try QuantizationPolicy.type(named: type)
            let file = try GGUFFile(path: path)
            guard let conversion = try ModelConversion.quantizing(file, to: type) else {
                return nil
            }
            return WeightsConversion(
                conversion,
                status: "quantizing \(Self.quantization(of: file)) model to \(type.name)"
            )
        }
        inspector.checkpoint = { files, type in
            let (conversion, made) = try ModelConversion.converting(
                CheckpointFiles(files),
                to: type.isEmpty ? nil : try QuantizationPolicy.type(named: type)
            )
            let status = type.isEmpty ? "converting model" : "quantizing model to \(made.name)"
            return WeightsConversion(conversion, status: status)
        }
        return inspector
    }

    /// What a file is and holds, by its metadata.
    static func facts(of file: GGUFFile) throws -> ApusStore.ModelFacts {
        let metadata = file.metadata
        let architecture = try metadata.optionalString("general.architecture") ?? "unknown"
        let role: ApusStore.ModelFacts.Role =
            switch try metadata.optionalString("general.type") {
            case "adapter": .adapter
            case "projector", "mmproj": .projector
            default: Self.isProjector(metadata, architecture) ? .projector : .model
            }
        return ApusStore.ModelFacts(
            role: role,
            family: architecture,
            parameterCount: parameterCount(of: file),
            quantization: quantization(of: file)
        )
    }

    /// Weights of all tensors together.
    static func parameterCount(of file: GGUFFile) -> UInt64 {
        file.tensors.reduce(0) { $0 &+ UInt64($1.elementCount) }
    }

    /// The name of the quantization mix; for files that do not say, the format that most weights
    /// of matrices have.
    static func quantization(of file: GGUFFile) -> String {
        let code = (try? file.metadata.optionalInt("general.file_type")) ?? nil
        if let code, let type = UInt32(exactly: code).flatMap({ FileType(code: $0) }) {
            return type.name
        }
        var weights: [String: Int] = [:]
        for tensor in file.tensors where tensor.shape.count > 1 {
            weights[tensor.format.name, default: 0] += tensor.elementCount
        }
        return weights.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? "unknown"
    }

    private static func isProjector(_ metadata: GGUFMetadata, _ architecture: String) -> Bool {
        if architecture == "clip" { return true }
        return !metadata.contains("\(architecture).block_count")
            && metadata.contains("\(architecture).vision.block_count")
    }
}

extension WeightsConversion {
    /// A conversion for the store to carry out.
    init(_ conversion: ModelConversion, status: String) {
        self.init(status: status, sizeBytes: Int64(conversion.fileBytes)) { sink, progress in
            try conversion.write(to: sink) { try progress(Int64($0)) }
        }
    }
}
