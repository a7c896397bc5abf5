internal import ApusChat
internal import ApusFormats
package import ApusGGUF
internal import ApusScheduling
internal import ApusStore

extension ModelLibrary {
    /// What making a model finds out about uploaded files.
    ///
    /// Weights are made by `converter` in a process of its own, for as long as `isWanted` says so.
    func inspector(
        _ converter: ConverterLauncher?,
        while isWanted: @escaping @Sendable () -> Bool
    ) -> ModelInspector {
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
        guard let converter else { return inspector }
        inspector.quantization = { path, type in
            try converter.plan(.quantize(path: path, type: type), isWanted: isWanted)
                .map { WeightsConversion($0) }
        }
        inspector.checkpoint = { files, type in
            let order = ConversionOrder.checkpoint(
                files: files.map { .init(name: $0.name, path: $0.path) },
                type: type
            )
            guard let planned = try converter.plan(order, isWanted: isWanted) else {
                throw SchedulingError(.protocolViolation, "The converter has nothing to convert.")
            }
            return WeightsConversion(planned)
        }
        inspector.adapter = { files, weights in
            let conversion = try ModelConversion.converting(
                adapter: CheckpointFiles(files),
                for: try Self.open(weights)
            )
            return WeightsConversion(conversion, status: "converting adapter")
        }
        inspector.checkAdapter = { path, weights in
            do {
                try GGUFAdapter(GGUFFile(path: path)).check(against: Self.open(weights))
            } catch let error as GGUFError where error.code == .badAdapter {
                throw ServerError(.invalidRequest, error.message)
            }
        }
        return inspector
    }

    /// The weights of a model, from its files.
    private static func open(_ weights: [String]) throws -> GGUFFile {
        try GGUFFile(path: weights.first ?? "")
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
    package static func quantization(of file: GGUFFile) -> String {
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
    /// A conversion for the store to take in.
    init(_ planned: PlannedConversion) {
        self.init(status: planned.status, sizeBytes: planned.sizeBytes) { sink, progress in
            var completed: Int64 = 0
            try planned.write { piece in
                try sink(piece)
                completed += Int64(piece.count)
                try progress(completed)
            }
        }
    }
}
