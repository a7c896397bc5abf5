package import ApusSampling

/// What the engine computes for one sequence of tokens.
package struct SequenceRequest: Sendable {
    /// What is wanted of the tokens.
    package enum Task: Sendable {
        /// New tokens, chosen by a sampler.
        case generate(Sampler, GenerationLimits)
        /// One vector.
        case embed(EmbeddingPooling)
    }

    /// The tokens to begin with; at least one, at most the engine's context length.
    package let tokens: [Int32]
    /// What is wanted.
    package let task: Task
    /// Who is told.
    package let listener: any SequenceListener

    package init(tokens: [Int32], task: Task, listener: any SequenceListener) {
        self.tokens = tokens
        self.task = task
        self.listener = listener
    }
}

/// Where a generation ends by itself.
package struct GenerationLimits: Sendable {
    /// New tokens at most.
    package var tokens: Int
    /// Tokens kept at the front when a full context is cut in half; nil ends the generation there.
    package var keptTokens: Int?

    package init(tokens: Int, keptTokens: Int? = nil) {
        self.tokens = tokens
        self.keptTokens = keptTokens
    }
}

/// How the states of a text's tokens become one vector.
package enum EmbeddingPooling: Sendable {
    case mean
    case first
    case last
}

/// Hears what becomes of a sequence.
///
/// Called on the engine's thread, so every method has to be quick; one sequence's calls come one
/// after another.
package protocol SequenceListener: AnyObject, Sendable {
    /// The prompt is in the cache and the first token comes next.
    ///
    /// - Parameter cachedTokens: how many of the prompt's tokens were there already.
    func sequenceDidStart(cachedTokens: Int)

    /// A token was chosen.
    ///
    /// - Returns: whether another one is wanted.
    func sequence(didSample token: SampledToken) -> Bool

    /// The context was full and this many tokens were dropped from it.
    func sequence(didShift tokens: Int)

    /// The vector that was asked for: [width].
    func sequence(didEmbed vector: [Float])

    /// Nothing more will come.
    func sequenceDidEnd(_ ending: SequenceEnding)
}

/// Why a sequence ended.
package enum SequenceEnding: Sendable {
    /// The listener wanted no more, or the vector is there.
    case finished
    /// A limit of tokens or the context length was reached.
    case length
    /// It was cancelled, or the engine stopped.
    case cancelled
    /// Something went wrong.
    case failed(InferenceError)
}
