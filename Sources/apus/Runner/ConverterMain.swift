internal import ApusConversion
internal import ApusFormats
internal import ApusGGUF
internal import ApusScheduling
internal import ApusServer

/// The life of a converter process: one file for the server at file descriptor 0.
enum ConverterMain {
    static func run() -> Never {
        ConverterService.run(explaining: { SchedulingError(converting: $0) }) { order in
            switch order {
            case .quantize(let paths, let type): try quantizing(paths, type)
            case .checkpoint(let files, let type): try converting(files, type)
            case .adapter(let files, let weights): try converting(files, for: weights)
            }
        }
    }

    private static func quantizing(
        _ paths: [String],
        _ type: String
    ) throws -> ConverterService.Work? {
        let type = try QuantizationPolicy.type(named: type)
        let file = try GGUFFile(paths: paths)
        let status = "quantizing \(ModelLibrary.quantization(of: file)) model to \(type.name)"
        return try ModelConversion.quantizing(file, to: type).map { work($0, status) }
    }

    private static func converting(
        _ files: [ConversionOrder.File],
        _ type: String
    ) throws -> ConverterService.Work {
        let (conversion, made) = try ModelConversion.converting(
            CheckpointFiles(files),
            to: type.isEmpty ? nil : try QuantizationPolicy.type(named: type)
        )
        let status = type.isEmpty ? "converting model" : "quantizing model to \(made.name)"
        return work(conversion, status)
    }

    private static func converting(
        _ adapter: [ConversionOrder.File],
        for weights: [String]
    ) throws -> ConverterService.Work {
        let conversion = try ModelConversion.converting(
            adapter: CheckpointFiles(adapter),
            for: try GGUFFile(paths: weights)
        )
        return work(conversion, "converting adapter")
    }

    private static func work(
        _ conversion: ModelConversion,
        _ status: String
    ) -> ConverterService.Work {
        ConverterService.Work(status: status, sizeBytes: Int64(conversion.fileBytes)) {
            try conversion.write(to: $0)
        }
    }
}

extension CheckpointFiles {
    /// The files of an order.
    fileprivate init(_ files: [ConversionOrder.File]) {
        self.init(files.map { ($0.name, $0.path) })
    }
}

extension SchedulingError {
    /// The error of a file that could not be made.
    fileprivate init(converting error: any Error) {
        switch error {
        case let error as ConversionError:
            switch error.code {
            case .unsupportedQuantization, .quantizedSource, .badCheckpoint, .badConfig,
                .unsupportedArchitecture, .unsupportedVariant, .badTokenizer:
                self.init(.invalidRequest, error.message)
            case .unfitWeight, .truncated, .io: self.init(.loadFailed, error.message)
            }
        case let error as GGUFError: self.init(.loadFailed, error.message)
        default: self.init(wrapping: error)
        }
    }
}
