internal import ApusChat
internal import ApusConversation
package import ApusGGUF
internal import ApusModels
internal import ApusTensors
internal import ApusTokenizers
private import Dispatch

/// A model ready to answer: weights, tokenizer, template and engine.
///
/// Thread-safe.
package final class InferenceModel: Sendable {
    /// Positions of one sequence.
    package let contextLength: Int
    /// Positions the model was trained for.
    package let trainContextLength: Int
    /// Floats of an embedding.
    package let embeddingLength: Int
    /// Bytes of cache when it is full.
    package let cacheBytes: Int
    /// Bytes of the weights, mapped from the files.
    package let mappedBytes: Int

    let file: GGUFFile
    private let adapters: [GGUFAdapter]
    let tokenizer: Tokenizer
    let template: any ChatTemplate
    /// Replaces the template for conversations with tools, when the model has one for them.
    let toolTemplate: (any ChatTemplate)?
    let grammars: GrammarShop
    /// Answers that may come back; nil when they are to be tokenized anew.
    let answers: AnswerMemory?
    let engine: Engine
    let pooling: EmbeddingPooling

    /// Binds a file's weights and starts an engine.
    ///
    /// - `adapters`: files of low-rank updates to the weights, in the order they apply.
    /// - `progress`: hears how much of the loading is done, from 0 to 1.
    /// - Throws: `ModelError`, `GGUFError`, `TokenizerError`, `ChatError` or `TensorError`, whoever
    ///   found the fault.
    package init(
        _ file: GGUFFile,
        adapters: [GGUFFile] = [],
        options: ModelOptions = ModelOptions(),
        progress: (Double) -> Void = { _ in }
    ) throws {
        self.file = file
        self.adapters = try adapters.map { try GGUFAdapter($0) }
        progress(0)
        tokenizer = try Tokenizer(Vocabulary(file.metadata))
        let source =
            try options.template
            ?? file.metadata.optionalString("tokenizer.chat_template")
        template = try ChatTemplates.template(source)
        let toolSource = try file.metadata.optionalString("tokenizer.chat_template.tool_use")
        toolTemplate =
            try options.template == nil ? toolSource.map(ChatTemplates.template) : nil
        grammars = GrammarShop(tokenizer)
        answers = options.replaysAnswers ? AnswerMemory() : nil
        progress(0.25)
        // More threads than processors only wait for each other.
        let backend = try CPUBackend(
            threads: options.threads.map { min($0, CPUBackend.processors) }
        )
        let model = try Architectures.load(file, adapters: self.adapters, backend: backend)
        guard tokenizer.count <= model.shape.vocabulary else {
            throw ModelError(
                .badMetadata,
                "The tokenizer has \(tokenizer.count) tokens, the embedding table "
                    + "\(model.shape.vocabulary)."
            )
        }
        progress(0.5)
        trainContextLength = model.shape.context
        contextLength = min(options.contextLength ?? 4_096, trainContextLength)
        embeddingLength = model.shape.width
        let configuration = Engine.Configuration(
            contextLength: contextLength,
            parallelSequences: options.parallelSequences,
            batchSize: max(1, min(options.batchSize ?? 512, contextLength))
        )
        cacheBytes = KVCache.byteCount(layers: model.shape.cache, pages: configuration.pages)
        mappedBytes = adapters.reduce(file.totalTensorBytes) { $0 + $1.totalTensorBytes }
        pooling =
            switch model.shape.pooling {
            case .first: .first
            case .last: .last
            case .mean, nil: .mean
            }
        engine = try Engine(model: model, backend: backend, configuration: configuration)
        // So that the first answer with a format does not wait for it.
        DispatchQueue.global(qos: .utility).async { [grammars] in grammars.warm() }
        progress(1)
    }

    deinit { engine.stop() }

    /// What the template lets a client ask for.
    package var capabilities: [String] {
        var capabilities = ["completion"]
        if (toolTemplate ?? template).features.supportsTools { capabilities.append("tools") }
        if canInfill { capabilities.append("insert") }
        if template.features.supportsThinking { capabilities.append("thinking") }
        return capabilities
    }

    /// Sequences being computed and waiting.
    package var load: (active: Int, waiting: Int) { engine.load }

    /// The tokens of a text, special ones recognised; `asPrompt` adds those around a prompt.
    package func tokenize(_ text: String, asPrompt: Bool = false) -> [Int32] {
        asPrompt
            ? encode(text) : tokenizer.encode(text, addSpecial: false, parseSpecial: true)
    }

    /// The text of tokens, special ones included.
    ///
    /// Throws: `invalidRequest` for a token that the vocabulary does not have.
    package func detokenize(_ tokens: [Int32]) throws -> String {
        try check(tokens, of: "tokens", .prompt)
        return tokenizer.decode(tokens, skipSpecial: false)
    }

    /// Refuses tokens that the vocabulary does not have; `name` is where they came from.
    func check(_ tokens: [Int32], of name: String, _ field: GenerationRequest.Field) throws {
        guard let token = tokens.first(where: { !(0..<Int32(tokenizer.count) ~= $0) }) else {
            return
        }
        throw InferenceError(
            .invalidRequest,
            "\(name) has the token \(token), expected 0 to \(tokenizer.count - 1)",
            field: field
        )
    }
}
