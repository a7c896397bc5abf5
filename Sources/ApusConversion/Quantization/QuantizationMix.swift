internal import ApusFormats

/// The rules of one quantization mix: the first that matches a tensor gives its block format.
struct QuantizationMix: Sendable {
    /// When a rule holds, besides its roles.
    enum Condition: Sendable {
        /// In the first and the last eighth of the layers and in every third between. For values,
        /// here and below, only layers that have such a matrix count.
        case spreadLayers
        /// In so many layers at the beginning.
        case firstLayers(Int)
        /// In the first eighth of the layers.
        case firstEighth
        /// In models with exactly so many experts.
        case experts(Int)
        /// In models with so many experts or more.
        case expertsFrom(Int)
        /// In a Llama of 80 layers whose queries share keys: the values' matrices are small there.
        case largeSharedLlama
    }

    /// One row.
    struct Rule: Sendable {
        let roles: Set<TensorRole>
        let condition: Condition
        let format: BlockFormat

        init(_ roles: Set<TensorRole>, _ condition: Condition, _ format: BlockFormat) {
            self.roles = roles
            self.condition = condition
            self.format = format
        }
    }

    /// For matrices that no rule speaks of.
    let base: BlockFormat
    /// For the matrix that gives the logits: the output, or the embedding that serves as such.
    let head: BlockFormat
    let rules: [Rule]

    /// The mix of that name; nil for one that is not made here.
    init?(_ type: FileType) {
        switch type {
        case .f32: self.init(base: .f32, head: .f32)
        case .f16: self.init(base: .f16, head: .f16)
        case .bf16: self.init(base: .bf16, head: .bf16)
        case .q8_0: self.init(base: .q8_0, head: .q8_0)
        case .q4_0: self.init(base: .q4_0, head: .q6_K, Self.eightExperts + Self.manyExperts)
        case .q4_1: self.init(base: .q4_1, head: .q6_K, Self.eightExperts + Self.manyExperts)
        case .q5_0: self.init(base: .q5_0, head: .q6_K, Self.eightExperts)
        case .q5_1: self.init(base: .q5_1, head: .q6_K, Self.eightExperts)
        case .q4_K_S: self.init(base: .q4_K, head: .q6_K, Self.q4Small)
        case .q4_K_M: self.init(base: .q4_K, head: .q6_K, Self.q4Medium)
        case .q5_K_S: self.init(base: .q5_K, head: .q6_K, Self.eightExperts)
        case .q5_K_M: self.init(base: .q5_K, head: .q6_K, Self.q5Medium)
        case .q6_K: self.init(base: .q6_K, head: .q6_K, Self.eightExperts)
        default: return nil
        }
    }

    private init(base: BlockFormat, head: BlockFormat, _ rules: [Rule] = []) {
        self.base = base
        self.head = head
        self.rules = rules
    }

    // Sources: llama.cpp's mixes; `manyExperts` is this project's own.

    /// Keys and values of models with eight experts take little room, whatever their format.
    private static let eightExperts = [
        Rule([.attentionKey, .attentionValue], .experts(8), .q8_0)
    ]

    /// Experts see a fraction of the tokens each and make up most of the model: from eight on,
    /// none is stored with less than five bits.
    private static let manyExperts = [
        Rule([.expertGateOrUp, .expertDown], .expertsFrom(8), .q5_K)
    ]

    private static let q4Small: [Rule] =
        eightExperts + [
            Rule([.attentionValue], .firstLayers(4), .q5_K),
            Rule([.attentionValue], .largeSharedLlama, .q5_K),
            Rule([.feedForwardDown, .expertDown], .firstEighth, .q5_K),
            Rule([.attentionOutput], .experts(8), .q5_K),
        ] + manyExperts

    private static let q4Medium: [Rule] =
        eightExperts + [
            Rule(
                [.attentionValue, .feedForwardDown, .expertDown],
                .spreadLayers,
                .q6_K
            ),
            Rule([.attentionValue], .largeSharedLlama, .q5_K),
            Rule([.attentionOutput], .experts(8), .q5_K),
        ] + manyExperts

    private static let q5Medium: [Rule] =
        eightExperts + [
            Rule(
                [.attentionValue, .feedForwardDown, .expertDown],
                .spreadLayers,
                .q6_K
            )
        ]
}
