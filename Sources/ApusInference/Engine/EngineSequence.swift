internal import ApusSampling
internal import ApusTensors

/// One sequence while the engine works on it.
///
/// Only the engine's thread touches it.
struct EngineSequence {
    let id: UInt64
    let listener: any SequenceListener
    let purpose: Purpose
    /// Chooses tokens; only for a generation.
    var sampler: Sampler?
    /// Prompt and everything sampled so far.
    var tokens: [Int32]
    /// How many of them have their keys and values in the cache.
    var computed = 0
    /// Pages of positions 0, `KVCache.pageTokens`, …; this sequence is a user of each.
    var pages: [Int32] = []
    /// Whether `sequenceDidStart` has been called.
    var isStarted = false
    /// Prompt tokens that were in the cache before.
    var cachedTokens = 0
    /// Tokens sampled.
    var sampled = 0
    /// Running sum of states for an embedding: [width].
    var pooled: [Float] = []

    /// What is wanted of the tokens.
    enum Purpose {
        case generation(GenerationLimits)
        case embedding(EmbeddingPooling)
    }

    init(id: UInt64, request: SequenceRequest) {
        self.id = id
        listener = request.listener
        tokens = request.tokens
        switch request.task {
        case .generate(let sampler, let limits):
            purpose = .generation(limits)
            self.sampler = sampler
        case .embed(let pooling): purpose = .embedding(pooling)
        }
    }

    /// Whether new tokens are wanted.
    var isGeneration: Bool { sampler != nil }

    /// Tokens that are not in the cache yet.
    var pending: Int { tokens.count - computed }

    /// Whether only the token sampled last is missing from the cache.
    var isDecoding: Bool { isStarted && pending == 1 }

    /// How many of the next `count` rows are outputs.
    func wantedRows(of count: Int) -> Int {
        switch purpose {
        case .generation: count == pending ? 1 : 0
        case .embedding(.mean): count
        case .embedding(.first): computed == 0 ? count : 0
        case .embedding(.last): count == pending ? 1 : 0
        }
    }
}
