internal import ApusChat
internal import ApusFormats
package import ApusGGUF
internal import ApusScheduling
package import ApusStore

extension ModelLibrary {
    /// What making a model finds out about files that are taken as they are.
    package var inspector: ModelInspector { inspector(nil, while: { true }) }

    /// What making a model finds out about uploaded files.
    ///
    /// Weights are made by `converter` in a process of its own, for as long as `isWanted` says so.
    func inspector(
        _ converter: ConverterLauncher?,
        while isWanted: @escaping @Sendable () -> Bool
    ) -> ModelInspector {
        var inspector = ModelInspector(
            facts: { paths in try Self.facts(of: try GGUFFile(paths: paths)) },
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
        inspector.split = { try GGUFFile.split(at: $0) }
        inspector.checkNames = { renderer, parser in
            if let problem = ChatNames(renderer: renderer, parser: parser).problem {
                throw ServerError(.invalidRequest, problem)
            }
        }
        inspector.checkAdapter = { path, weights in
            do {
                try GGUFAdapter(GGUFFile(path: path)).check(against: GGUFFile(paths: weights))
            } catch let error as GGUFError where error.code == .badAdapter {
                throw ServerError(.invalidRequest, error.message)
            }
        }
        guard let converter else { return inspector }
        inspector.quantization = { paths, type in
            try converter.plan(.quantize(paths: paths, type: type), isWanted: isWanted)
                .map { WeightsConversion($0) }
        }
        @Sendable func required(_ order: ConversionOrder) throws -> WeightsConversion {
            guard let planned = try converter.plan(order, isWanted: isWanted) else {
                throw SchedulingError(.protocolViolation, "The converter has nothing to convert.")
            }
            return WeightsConversion(planned)
        }
        inspector.checkpoint = { files, type in
            try required(.checkpoint(files: files.map(ConversionOrder.File.init), type: type))
        }
        inspector.adapter = { files, weights in
            try required(.adapter(files: files.map(ConversionOrder.File.init), weights: weights))
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

extension ConversionOrder.File {
    fileprivate init(_ file: (name: String, path: String)) {
        self.init(name: file.name, path: file.path)
    }
}
