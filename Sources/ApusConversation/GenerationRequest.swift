/// One generation that a loaded model is asked for.
package struct GenerationRequest: Sendable, Equatable, Codable {
    /// What the model continues.
    package enum Prompt: Sendable, Equatable, Codable {
        /// A conversation, rendered by the model's chat template; the answer is parsed.
        case conversation(Conversation)
        /// Text that reaches the tokenizer as it is, special tokens recognised; the answer is
        /// not parsed.
        case text(String)
        /// Tokens as they are; the answer is not parsed.
        case tokens([Int32])
        /// A place between two texts, laid out by the template or the vocabulary's own tokens for
        /// it; the answer is not parsed.
        case infill(prefix: String, suffix: String)
    }

    /// What happens when a prompt is longer than the context.
    package enum Overflow: String, Sendable, Codable {
        /// Drop the oldest turns (conversation) or the middle of the tokens (text), and say so.
        case truncate
        /// Refuse the request.
        case refuse
    }

    /// A part of a request that an error can be about.
    package enum Field: String, Sendable, Codable {
        /// What the model continues.
        case prompt
        /// The form of the answer.
        case format
        /// The tools, or which of them is called.
        case tools
        /// What is added to the logits.
        case logitBias
    }

    /// What the model continues.
    package var prompt: Prompt
    /// Tokens put before a rendered prompt: the `context` of Ollama's earlier answer.
    package var leadingTokens: [Int32] = []
    /// A template that replaces the model's own, in whichever language the model's config names.
    package var template: String?
    /// The name of the parser that reads the answer, as Ollama calls it, instead of what the
    /// template shows.
    package var parser: String?
    /// How tokens are chosen.
    package var sampling = SamplingOptions()
    /// What the answer must look like; reasoning before it stays free.
    package var format: OutputFormat?
    /// At most this many tokens of reasoning; the answer then begins, whatever the model wants.
    package var thinkingBudget: Int?
    /// At most this many tokens are generated; nil or negative for as many as fit.
    package var maximumTokens: Int?
    /// Texts that end the generation; they are not part of the answer.
    package var stop: [String] = []
    /// Tokens kept at the front when the context is shifted; negative for the whole prompt.
    package var keptTokens = 4
    /// What to do with a prompt that does not fit.
    package var overflow = Overflow.truncate
    /// Whether a full context drops its oldest half and goes on, instead of ending the answer.
    package var shiftsContext = true
    /// Render the prompt and count its tokens, without generating.
    package var rendersOnly = false

    /// A request with every option at its default.
    package init(prompt: Prompt) { self.prompt = prompt }
}
