internal import ApusConversation

extension OllamaOptions {
    /// One option: the type of its value in Ollama's words, and where the value goes.
    struct Option: Sendable {
        let typeName: String
        /// Sets the value and says whether it had the right type.
        let set: @Sendable (inout OllamaOptions, JSONValue) -> Bool

        func refusal(of name: String, _ value: JSONValue) -> DialectError {
            let isList = typeName == "array" && value.arrayValue != nil
            return DialectError(
                .invalidOption,
                "option \"\(name)\" must be of "
                    + (isList ? "an array of strings" : "type \(typeName)")
            )
        }
    }

    /// All options, by their names in requests and Modelfiles.
    static let table: [String: Option] = [
        "num_ctx": integer { $0.loading.contextLength = $1 },
        "num_batch": integer { $0.loading.batchSize = $1 },
        "num_gpu": integer { $0.loading.acceleratedLayers = $1 },
        "main_gpu": integer { $0.loading.mainAccelerator = $1 },
        "use_mmap": boolean { $0.loading.mapsWeights = $1 },
        "num_thread": integer { $0.loading.threads = $1 },
        "draft_num_predict": integer { $0.loading.draftTokens = $1 },
        "num_keep": integer { $0.keptTokens = $1 },
        "seed": integer { $0.sampling.seed = $1 == -1 ? nil : UInt64(bitPattern: Int64($1)) },
        "num_predict": integer { $0.maximumTokens = $1 },
        "top_k": integer { $0.sampling.topK = $1 },
        "top_p": number { $0.sampling.topP = $1 },
        "min_p": number { $0.sampling.minP = $1 },
        "typical_p": number { $0.sampling.typicalP = $1 },
        "repeat_last_n": integer { $0.sampling.repeatLastN = $1 },
        "temperature": number { $0.sampling.temperature = $1 },
        "repeat_penalty": number { $0.sampling.repeatPenalty = $1 },
        "presence_penalty": number { $0.sampling.presencePenalty = $1 },
        "frequency_penalty": number { $0.sampling.frequencyPenalty = $1 },
        "thinking_budget": integer { $0.thinkingBudget = $1 },
        "stop": texts { $0.stop = $1 },
    ]

    /// A whole number; fractions are cut off, as Ollama does.
    private static func integer(
        _ assign: @escaping @Sendable (inout OllamaOptions, Int) -> Void
    ) -> Option {
        Option(typeName: "integer") { options, value in
            let whole: Int?
            switch value {
            case .integer(let number): whole = Int(exactly: number)
            case .double(let number): whole = Int(exactly: number.rounded(.towardZero))
            default: whole = nil
            }
            guard let whole else { return false }
            assign(&options, whole)
            return true
        }
    }

    private static func number(
        _ assign: @escaping @Sendable (inout OllamaOptions, Float) -> Void
    ) -> Option {
        Option(typeName: "float32") { options, value in
            guard let number = value.doubleValue, Float(number).isFinite else { return false }
            assign(&options, Float(number))
            return true
        }
    }

    private static func boolean(
        _ assign: @escaping @Sendable (inout OllamaOptions, Bool) -> Void
    ) -> Option {
        Option(typeName: "boolean") { options, value in
            guard let truth = value.boolValue else { return false }
            assign(&options, truth)
            return true
        }
    }

    private static func texts(
        _ assign: @escaping @Sendable (inout OllamaOptions, [String]) -> Void
    ) -> Option {
        Option(typeName: "array") { options, value in
            guard let elements = value.arrayValue else { return false }
            let texts = elements.compactMap(\.stringValue)
            guard texts.count == elements.count else { return false }
            assign(&options, texts)
            return true
        }
    }
}
