internal import ApusChat
internal import ApusGGUF
internal import ApusStore

/// What the server knows of a model without loading it.
struct ModelCard: Sendable {
    /// The model as it is stored.
    var stored: StoredModel
    /// The architecture the weights name.
    let architecture: String
    /// What the model can do and this program does.
    let capabilities: [String]
    /// The template in use; nil when the model has none.
    let template: TemplateChoice?
    /// Why the model cannot hold a conversation, when its configuration asks for something unknown.
    let problem: String?
    /// Tokens the model was trained for; 0 when the weights do not say.
    let trainContextLength: Int
    /// Width of its vectors; 0 when the weights do not say.
    let embeddingLength: Int
    /// Bytes of an f16 cache for one token.
    let cacheBytesPerToken: Int64

    /// Reads the metadata of `weights`.
    init(_ stored: StoredModel, weights: GGUFFile) {
        let metadata = weights.metadata
        self.stored = stored
        architecture = (try? metadata.optionalString("general.architecture")) ?? "unknown"
        let sizes = ArchitectureSizes(metadata, architecture: architecture)
        trainContextLength = sizes.contextLength
        embeddingLength = sizes.width
        cacheBytesPerToken = sizes.cacheBytesPerToken
        let own = try? metadata.optionalString("tokenizer.chat_template")
        let ownForTools = try? metadata.optionalString("tokenizer.chat_template.tool_use")
        let names = ChatNames(stored.config)
        let template = TemplateChoice(
            modelfile: names.replacesTemplate(stored.template, hasOther: own ?? nil != nil)
                ? nil : stored.template,
            weights: own ?? nil,
            weightsWithTools: ownForTools ?? nil
        )
        self.template = template
        problem = names.problem(hasTemplate: template != nil)
        let makesVectors = metadata.contains("\(architecture).pooling_type")
        capabilities = Self.capabilities(
            stored.config.capabilities,
            makesVectors: makesVectors,
            template?.features(readBy: names.parser),
            hasOneForTools: template?.hasOneForTools == true,
            hasInfillTokens: Self.hasInfillTokens(metadata)
        )
    }

    /// Whether the vocabulary names tokens for filling in the middle.
    private static func hasInfillTokens(_ metadata: GGUFMetadata) -> Bool {
        let names = [["fim_pre", "prefix"], ["fim_suf", "suffix"], ["fim_mid", "middle"]]
        return names.allSatisfy { spellings in
            spellings.contains { metadata.contains("tokenizer.ggml.\($0)_token_id") }
        }
    }

    /// Bytes that loading the model is expected to take, with `context` tokens in all.
    func predictedBytes(context: Int) -> Int64 {
        let files = (stored.weights + stored.adapters + stored.projectors).map(\.sizeBytes)
        let weights = files.reduce(Int64(0)) { $0.addingReportingOverflow($1).partialValue }
        let (cache, overflowed) = cacheBytesPerToken.multipliedReportingOverflow(
            by: Int64(context)
        )
        let (sum, exceeds) = weights.addingReportingOverflow(cache)
        return overflowed || exceeds ? .max : sum
    }

    /// Stated and detected capabilities, those left out that this program does not have.
    private static func capabilities(
        _ stated: [String],
        makesVectors: Bool,
        _ features: ChatFeatures?,
        hasOneForTools: Bool,
        hasInfillTokens: Bool
    ) -> [String] {
        let known: Set<String> = ["completion", "embedding", "tools", "insert", "thinking"]
        var result = stated.filter(known.contains)
        var detected = [makesVectors ? "embedding" : "completion"]
        if !makesVectors {
            if features?.supportsTools == true || hasOneForTools {
                detected.append("tools")
            }
            if features?.supportsSuffix == true || hasInfillTokens { detected.append("insert") }
            if features?.supportsThinking == true { detected.append("thinking") }
        }
        for capability in detected where !result.contains(capability) { result.append(capability) }
        return result
    }
}
