/// A prompt as tokens, and what had to be left out.
struct Prompt {
    /// What the engine computes: 1 to the context length.
    var tokens: [Int32]
    /// The text they came from.
    var text: String
    /// Under which an answer is remembered; nil when none is.
    var fingerprint: TextFingerprint?
    /// Turns left out because they did not fit.
    var droppedMessages = 0
    /// Tokens left out because they did not fit.
    var droppedTokens = 0
}
