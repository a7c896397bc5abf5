/// The texts around a model's reasoning.
package struct ThinkingTags: Sendable, Equatable {
    /// Where reasoning begins.
    package var open: String
    /// Where it ends and the answer begins.
    package var close: String

    /// A pair of tags.
    package init(open: String, close: String) {
        self.open = open
        self.close = close
    }

    /// Pairs that public models use, the commonest first.
    static let known = [
        ThinkingTags(open: "<think>", close: "</think>"),
        ThinkingTags(open: "[THINK]", close: "[/THINK]"),
        ThinkingTags(open: "<|START_THINKING|>", close: "<|END_THINKING|>"),
        ThinkingTags(open: "<seed:think>", close: "</seed:think>"),
        ThinkingTags(open: "<thinking>", close: "</thinking>"),
    ]
}
