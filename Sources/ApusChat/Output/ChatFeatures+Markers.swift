extension ChatFeatures {
    /// Texts that may be special tokens and that an `OutputParser` has to see all the same.
    package var markers: [String] {
        (thinkingTags.map { [$0.open, $0.close] } ?? []) + (toolCallFormat?.syntax.markers ?? [])
    }
}
