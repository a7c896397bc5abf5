internal import ApusChat
internal import ApusConversation
internal import ApusGGUF
internal import ApusInference
internal import ApusModels
internal import ApusSampling
internal import ApusScheduling
internal import ApusTensors
internal import ApusTokenizers

/// What the modules' errors mean to a client.
extension SchedulingError {
    /// The error of a model that could not be loaded.
    init(loading error: any Error) {
        switch error {
        case let error as SchedulingError: self = error
        case let error as GGUFError: self.init(.loadFailed, error.message)
        case let error as TokenizerError: self.init(.unsupportedModel, error.message)
        case let error as ChatError: self.init(.unsupportedModel, error.description)
        case let error as ModelError:
            self.init(
                error.code == .unsupportedArchitecture || error.code == .unsupportedFormat
                    || error.code == .unsupportedVariant ? .unsupportedModel : .loadFailed,
                error.message
            )
        case let error as TensorError:
            self.init(error.code == .outOfMemory ? .outOfMemory : .loadFailed, error.message)
        default: self.init(wrapping: error)
        }
    }

    /// The error of a request that could not be answered; `format` is the one it demanded.
    init(answering error: any Error, format: OutputFormat? = nil) {
        switch error {
        case let error as ChatError:
            self.init(.invalidRequest, error.description, field: .prompt)
        case let error as SamplingError: self.init(.invalidRequest, error.message)
        case let error as GrammarError:
            self.init(.invalidRequest, error.message, field: format == nil ? .tools : .format)
        case let error as InferenceError:
            let code: Code =
                switch error.code {
                case .invalidRequest: .invalidRequest
                case .promptTooLong: .promptTooLong
                case .unsupported: .unsupported
                case .outOfMemory: .outOfMemory
                case .cancelled: .cancelled
                case .brokenLogits: .internalError
                }
            self.init(code, error.message, field: error.field)
        default: self.init(wrapping: error)
        }
    }
}
