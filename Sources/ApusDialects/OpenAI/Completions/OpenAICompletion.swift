package import ApusConversation

/// `POST /v1/completions`: text, and what follows it.
package enum OpenAICompletion {
    /// What a text goes on from.
    package enum Prompt: Sendable, Equatable {
        case text(String)
        case tokens([Int32])
    }

    /// What a client sends.
    package struct Request: Sendable, Equatable {
        /// The model's name.
        package var model: String
        /// One text or more.
        package var prompts: [Prompt]
        /// Text after the place to fill in.
        package var suffix: String?
        /// How tokens are chosen.
        package var sampling: OpenAISampling
        /// Most tokens to generate.
        package var maximumTokens: Int?
        /// Answers wanted for every prompt.
        package var choices: Int
        /// Answers generated for every prompt, the likeliest of which are kept.
        package var candidates: Int
        /// Whether the prompt stands before the answer.
        package var echoes: Bool
        /// How many alternatives are reported with every token; nil for no report.
        package var logProbabilities: Int?
        /// Whether and how the answer comes in pieces.
        package var stream: OpenAIStream
        /// How long the model stays loaded; not one of OpenAI's fields.
        package var keepAlive: OllamaKeepAlive?
        /// Members that no field has, in the order in which they came; they have no effect.
        package var unknown: [String]
    }
}

extension OpenAICompletion.Request {
    private static let names: Set<String> = [
        "model", "prompt", "suffix", "max_tokens", "n", "best_of", "echo", "logprobs", "stream",
        "stream_options", "keep_alive",
    ]
    /// OpenAI's default for `max_tokens`.
    private static let defaultMaximumTokens = 16
    /// Prompts of one request, and generations of one request.
    private static let maximumGenerations = 2048

    /// Reads the body of a request.
    ///
    /// Throws: `OpenAIError` whose `param` names the field that cannot be honoured.
    package init(_ body: JSONObject) throws(OpenAIError) {
        let fields = OpenAIFields(body)
        model = try fields.require("model", fields.string("model"))
        prompts = try OpenAIInputs.read(fields, "prompt", maximum: Self.maximumGenerations)
        suffix = try fields.string("suffix")?.nilIfEmpty
        sampling = try OpenAISampling(fields)
        maximumTokens = try fields.integer("max_tokens", in: 0...Int.max)
        choices = try fields.integer("n", in: 1...128) ?? 1
        candidates = try fields.integer("best_of", in: 1...20) ?? choices
        echoes = try fields.boolean("echo") ?? false
        logProbabilities = try fields.integer("logprobs", in: 0...5)
        stream = try OpenAIStream(fields)
        keepAlive = try OpenAICommon.keepAlive(fields)
        try OpenAICommon.check(fields)
        unknown = OpenAICommon.unknown(
            fields,
            known: Self.names.union(OpenAISampling.names)
        )
        try checkCombinations()
    }

    /// Generations that answer this request, `candidates` for every prompt.
    package var generationCount: Int { prompts.count * candidates }

    /// Generation `index` of `generationCount`, asked of the engine.
    ///
    /// Throws: `OpenAIError` that names the field which the model cannot honour.
    package func generation(
        for model: OllamaModel,
        index: Int = 0
    ) throws(OpenAIError) -> GenerationRequest {
        try OpenAICommon.requireCompletion(model, for: "generate")
        guard (0..<generationCount).contains(index) else { throw .missing("prompt") }
        var request = try sampling.generation(
            of: prompt(prompts[index / candidates], for: model),
            for: model,
            choice: index % candidates
        )
        request.maximumTokens =
            maximumTokens ?? request.maximumTokens ?? Self.defaultMaximumTokens
        request.sampling.logProbabilities = logProbabilities != nil || candidates > choices
        request.sampling.topLogProbabilities = logProbabilities ?? 0
        return request
    }

    private func prompt(
        _ prompt: OpenAICompletion.Prompt,
        for model: OllamaModel
    ) throws(OpenAIError) -> GenerationRequest.Prompt {
        switch (prompt, suffix) {
        case (.text(let text), nil): return .text(text)
        case (.tokens(let tokens), nil): return .tokens(tokens)
        case (.text(let text), .some(let suffix)):
            try OpenAICommon.require("insert", of: model, param: "suffix")
            return .infill(prefix: text, suffix: suffix)
        case (.tokens, .some):
            throw .unsupported("suffix", "text after a prompt of tokens")
        }
    }

    private func checkCombinations() throws(OpenAIError) {
        if candidates < choices {
            throw .value(
                "best_of",
                "You requested that the server return more choices than it "
                    + "will generate (HINT: set 'best_of' to at least 'n')."
            )
        }
        if candidates > choices, stream.isOn {
            throw .value("best_of", "'best_of' cannot be larger than 'n' in a stream.")
        }
        if echoes, logProbabilities != nil {
            throw .unsupported("logprobs", "log-probabilities of the echoed prompt")
        }
        if generationCount > Self.maximumGenerations {
            throw .value(
                "prompt",
                "Invalid 'prompt': \(prompts.count) prompts with \(candidates) answers each are "
                    + "more than \(Self.maximumGenerations) generations.",
                code: "array_above_max_length"
            )
        }
    }
}

/// Reads texts or tokens: a string, strings, tokens, or lists of tokens.
enum OpenAIInputs {
    /// One input or more.
    ///
    /// Throws: `OpenAIError` that names the element which is none.
    static func read(
        _ fields: OpenAIFields,
        _ name: String,
        maximum: Int
    ) throws(OpenAIError) -> [OpenAICompletion.Prompt] {
        let path = fields.path(name)
        switch try fields.require(name, fields[name]) {
        case .string(let text): return [.text(text)]
        case .array(let list):
            guard let first = list.first else {
                throw .value(
                    path,
                    "Invalid '\(path)': empty array. Expected an array with minimum length 1, "
                        + "but got an empty array instead.",
                    code: "empty_array"
                )
            }
            if first.wholeNumber != nil { return [.tokens(try tokens(list, at: path))] }
            _ = try fields.array(name, maximum: maximum)
            var inputs: [OpenAICompletion.Prompt] = []
            for (position, element) in list.enumerated() {
                inputs.append(try input(element, at: "\(path)[\(position)]"))
            }
            return inputs
        case let value:
            throw .type(path, expected: "a string or an array", found: value)
        }
    }

    private static func input(
        _ value: JSONValue,
        at path: String
    ) throws(OpenAIError) -> OpenAICompletion.Prompt {
        switch value {
        case .string(let text): .text(text)
        case .array(let list): .tokens(try tokens(list, at: path))
        default: throw .type(path, expected: "a string or an array of tokens", found: value)
        }
    }

    /// A list of tokens.
    ///
    /// Throws: `OpenAIError` that names the element which is none.
    static func tokens(
        _ list: [JSONValue],
        at path: String
    ) throws(OpenAIError) -> [Int32] {
        var tokens: [Int32] = []
        tokens.reserveCapacity(list.count)
        for (position, element) in list.enumerated() {
            guard let token = element.wholeNumber.flatMap({ Int32(exactly: $0) }), token >= 0
            else {
                throw .type("\(path)[\(position)]", expected: "a token", found: element)
            }
            tokens.append(token)
        }
        return tokens
    }
}
