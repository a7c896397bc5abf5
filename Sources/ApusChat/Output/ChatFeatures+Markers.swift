extension ChatFeatures {
    /// Texts that may be special tokens and that an `OutputParser` has to see all the same.
    package var markers: [String] {
        let tags = thinkingTags.map { [$0.open, $0.close] } ?? []
        return tags + tags.compactMap(Self.leadingMark) + (toolCallFormat?.syntax.markers ?? [])
    }

    /// The mark in angle brackets that a tag such as `<|channel>thought` begins with.
    private static func leadingMark(_ tag: String) -> String? {
        guard tag.hasPrefix("<"), let end = tag.firstIndex(of: ">") else { return nil }
        return String(tag[...end])
    }
}
